namespace ImagePusher.Core.Tests.Architecture;

/// <summary>The files of the product stay small enough to be read at once.</summary>
public sealed class FileSizeTests
{
    private const int MaximumLineLength = 140;

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

    [Fact]
    public void No_line_is_longer_than_140_characters() => Assert.Empty(
        from file in Files
        from line in file.Lines.Select((text, index) => (Text: text, Number: index + 1))
        where line.Text.Length > MaximumLineLength
        select $"{file.Path}({line.Number}): {line.Text.Length} characters");

    private static string FindRoot(string folder) =>
        File.Exists(Path.Combine(folder, "ImagePusher.sln")) ? folder : FindRoot(Path.GetDirectoryName(folder.TrimEnd('/', '\\'))!);
}
