namespace ImagePusher.Core.Tests.Architecture;

/// <summary>The files of the product stay small enough to be read at once.</summary>
public sealed class FileSizeTests
{
    private const int MaximumLineLength = 140;

    // Lines that were longer when the limit was set. The number may only be lowered.
    private const int RemainingLongLines = 230;

    private static readonly IReadOnlyList<(string Path, string[] Lines)> Files =
    [
        .. Directory.EnumerateFiles(Path.Combine(FindRoot(AppContext.BaseDirectory), "src"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Split('/', '\\').Any(part => part is "obj" or "bin"))
            .Select(path => (path, File.ReadAllLines(path))),
    ];

    [Fact]
    public void The_median_file_has_fewer_than_100_lines() =>
        Assert.InRange(Files.Select(file => file.Lines.Length).Order().ElementAt(Files.Count / 2), 1, 99);

    [Fact]
    public void No_file_has_more_than_300_lines() =>
        Assert.Empty(Files.Where(file => file.Lines.Length > 300).Select(file => $"{file.Path}: {file.Lines.Length} lines"));

    [Theory]
    [InlineData("Abstractions")]
    [InlineData("Cache")]
    [InlineData("Endpoints")]
    [InlineData("Layout")]
    [InlineData("Naming")]
    [InlineData("Oci")]
    [InlineData("State")]
    [InlineData("Transfer")]
    public void No_line_of_the_library_is_longer_than_140_characters(string folder) =>
        Assert.Empty(LongLines(path => path.Contains($"{Path.DirectorySeparatorChar}{folder}{Path.DirectorySeparatorChar}", StringComparison.Ordinal)));

    [Fact]
    public void The_number_of_longer_lines_only_falls() => Assert.InRange(LongLines(_ => true).Count(), 0, RemainingLongLines);

    private static IEnumerable<string> LongLines(Func<string, bool> isWanted) =>
        from file in Files
        where isWanted(file.Path)
        from line in file.Lines.Select((text, index) => (Text: text, Number: index + 1))
        where line.Text.Length > MaximumLineLength
        select $"{file.Path}({line.Number}): {line.Text.Length} characters";

    private static string FindRoot(string folder) =>
        File.Exists(Path.Combine(folder, "ImagePusher.sln")) ? folder : FindRoot(Path.GetDirectoryName(folder.TrimEnd('/', '\\'))!);
}
