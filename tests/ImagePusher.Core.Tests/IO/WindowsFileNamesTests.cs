using ImagePusher.Core.IO;

namespace ImagePusher.Core.Tests.IO;

/// <summary>Names that Windows opens as something other than the file of that name.</summary>
public sealed class WindowsFileNamesTests
{
    [Theory]
    [InlineData("index.json")]
    [InlineData("blobs/sha256/0123456789abcdef")]
    [InlineData("CONSOLE.json")]
    [InlineData("com10")]
    [InlineData(".hidden")]
    public void Ordinary_names(string path) => Assert.True(WindowsFileNames.IsOrdinary(path));

    [Theory]
    [InlineData("CON")]
    [InlineData("aux.json")]
    [InlineData("blobs/nul")]
    [InlineData("Lpt1.tar.gz")]
    [InlineData("COM\u00b9")]
    [InlineData("CON .txt")]
    [InlineData("manifest.json.")]
    [InlineData("manifest.json ")]
    [InlineData("index.json:hidden")]
    [InlineData("C:/index.json")]
    [InlineData("a\\..\\b")]
    [InlineData("a?b")]
    [InlineData("a//b")]
    [InlineData("a\nb")]
    public void Other_names(string path) => Assert.False(WindowsFileNames.IsOrdinary(path));
}
