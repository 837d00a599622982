using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Tests.IO;

/// <summary>Bytes are passed on only as far as they agree with their descriptor.</summary>
public sealed class VerifyingStreamTests
{
    private static readonly byte[] Content = "the content of a blob"u8.ToArray();

    [Fact]
    public async Task The_right_bytes_pass()
    {
        await using var stream = new VerifyingStream(new MemoryStream(Content), Described(Content.Length, Content), "a test");
        Assert.Equal(Content, await ReadAsync(stream));
        await using var rest = VerifyingStream.ForLength(new MemoryStream(Content), Content.Length, "a test");
        Assert.Equal(Content, await ReadAsync(rest));
    }

    [Theory]
    [InlineData(-1, "21 bytes")]
    [InlineData(1, "more")]
    public async Task Another_length_is_a_mismatch_whether_or_not_there_is_a_digest(int difference, string found)
    {
        var size = Content.Length - difference;
        foreach (var stream in new[]
        {
            new VerifyingStream(new MemoryStream(Content), Described(size, Content), "a test"),
            VerifyingStream.ForLength(new MemoryStream(Content), size, "a test"),
        })
        {
            await using (stream)
            {
                var error = await Assert.ThrowsAsync<DigestMismatchException>(() => ReadAsync(stream));
                Assert.Contains(found, error.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Other_bytes_of_the_same_length_are_a_mismatch()
    {
        byte[] other = [.. Content[..^1], (byte)'?'];
        await using var stream = new VerifyingStream(new MemoryStream(other), Described(Content.Length, Content), "a test");
        var error = await Assert.ThrowsAsync<DigestMismatchException>(() => ReadAsync(stream));
        Assert.Contains(Digest.Of(other).ToString(), error.Message, StringComparison.Ordinal);
    }

    private static Descriptor Described(long size, byte[] content) => new(MediaTypes.OciLayer, Digest.Of(content), size);

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, TestContext.Current.CancellationToken);
        return copy.ToArray();
    }
}
