namespace ImagePusher.Core.Tests.Architecture;

/// <summary>The files of the product and its tests stay small enough to be read at once.</summary>
public sealed class FileSizeTests
{
    private const int MaximumLineLength = 140;

    [Theory, InlineData("src"), InlineData("tests")]
    public void The_median_file_has_fewer_than_100_lines(string folder)
    {
        var files = FilesOf(folder, "*.cs");
        Assert.InRange(files.Select(file => file.Lines.Length).Order().ElementAt(files.Count / 2), 1, 99);
    }

    [Theory, InlineData("src")]
    public void No_file_has_more_than_300_lines(string folder) => Assert.Empty(
        FilesOf(folder, "*.cs").Where(file => file.Lines.Length > 300).Select(file => $"{file.Path}: {file.Lines.Length} lines"));

    [Theory, InlineData("src", "*.cs"), InlineData("src", "*.ps*1"), InlineData("tests", "*.cs"), InlineData("tests", "*.ps*1")]
    public void No_line_is_longer_than_140_characters(string folder, string pattern) => Assert.Empty(
        from file in FilesOf(folder, pattern)
        from line in file.Lines.Select((text, index) => (Text: text, Number: index + 1))
        where line.Text.Length > MaximumLineLength
        select $"{file.Path}({line.Number}): {line.Text.Length} characters");

    private static List<(string Path, string[] Lines)> FilesOf(string folder, string pattern) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(FindRoot(AppContext.BaseDirectory), folder), pattern, SearchOption.AllDirectories)
            .Where(path => !path.Split('/', '\\').Any(part => part is "obj" or "bin"))
            .Select(path => (path, File.ReadAllLines(path))),
    ];

    private static string FindRoot(string folder) =>
        File.Exists(Path.Combine(folder, "ImagePusher.sln")) ? folder : FindRoot(Path.GetDirectoryName(folder.TrimEnd('/', '\\'))!);
}
