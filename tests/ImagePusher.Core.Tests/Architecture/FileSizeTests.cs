namespace ImagePusher.Core.Tests.Architecture;

/// <summary>Sources are short enough to be read at once: those of the product, of its tests and of the scripts.</summary>
public sealed class FileSizeTests
{
    private const int MaximumLines = 300;
    private const int MaximumLineLength = 140;

    public static TheoryData<string> Folders => ["src", "tests", "docs"];

    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    public void The_median_file_has_fewer_than_100_lines(string folder)
    {
        var files = Sources.Of(folder);
        Assert.InRange(files.Select(file => file.Lines.Length).Order().ElementAt(files.Count / 2), 1, 99);
    }

    [Theory, MemberData(nameof(Folders))]
    public void No_file_has_more_than_300_lines(string folder) => Assert.Empty(
        Sources.Of(folder).Where(file => file.Lines.Length > MaximumLines).Select(file => $"{file.Path}: {file.Lines.Length} lines"));

    [Theory, MemberData(nameof(Folders))]
    public void No_line_is_longer_than_140_characters(string folder) => Assert.Empty(
        from file in Sources.Of(folder)
        from line in file.Lines.Select((text, index) => (Text: text, Number: index + 1))
        where line.Text.Length > MaximumLineLength
        select $"{file.Path}({line.Number}): {line.Text.Length} characters");
}
