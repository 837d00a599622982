using System.Text;
using ImagePusher.Core.IO;

namespace ImagePusher.Core.Tests.IO;

/// <summary>Content is recognised by its first bytes.</summary>
public sealed class ContentDetectorTests
{
    [Theory]
    [InlineData("", ContentKind.Empty)]
    [InlineData("\u001f\u008b\u0008", ContentKind.Gzip)]
    [InlineData("\u0028\u00b5\u002f\u00fd", ContentKind.Zstd)]
    [InlineData("\u0050\u002a\u004d\u0018\u0004\0\0\0", ContentKind.Zstd)]
    [InlineData("\u005f\u002a\u004d\u0018\u0004\0\0\0", ContentKind.Zstd)]
    [InlineData("\u00fd7zXZ\0", ContentKind.Xz)]
    [InlineData("BZh91AY&SY", ContentKind.Bzip2)]
    [InlineData("BZh9 is how this text starts", ContentKind.Unknown)]
    [InlineData("LZIP\u0001", ContentKind.Lzip)]
    [InlineData("PK\u0003\u0004", ContentKind.Zip)]
    [InlineData("<!DOCTYPE html><html>", ContentKind.Html)]
    [InlineData("\u00ef\u00bb\u00bf\r\n <HTML lang='en'>", ContentKind.Html)]
    [InlineData("\n<!-- error --><html>", ContentKind.Html)]
    [InlineData("<Error><Code>AccessDenied</Code></Error>", ContentKind.Html)]
    [InlineData("<3 is text", ContentKind.Unknown)]
    [InlineData("\u001f\u009d\u0090", ContentKind.Compress)]
    [InlineData("Rar!\u001a\u0007\0", ContentKind.Rar)]
    [InlineData("\u00ef\u00bb\u00bfmanifest.json\0\0", ContentKind.Utf8Text)]
    [InlineData("<?xml version='1.0'?>", ContentKind.Html)]
    [InlineData("{\"errors\":[]}", ContentKind.Json)]
    [InlineData("version https://git-lfs.github.com/spec/v1\n", ContentKind.GitLfsPointer)]
    [InlineData("\u00ff\u00fem\0a\0", ContentKind.Utf16Text)]
    [InlineData("\u00fe\u00ff\0m", ContentKind.Utf16Text)]
    [InlineData("just a text", ContentKind.Unknown)]
    internal void The_first_bytes_tell_the_kind(string latin1, ContentKind expected) =>
        Assert.Equal(expected, ContentDetector.Detect(Encoding.Latin1.GetBytes(latin1)));

    [Fact]
    public void A_block_of_zeros_ends_an_empty_tar() => Assert.Equal(ContentKind.Tar, ContentDetector.Detect(new byte[512]));
}
