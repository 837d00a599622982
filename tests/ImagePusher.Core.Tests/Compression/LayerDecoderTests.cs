using System.IO.Compression;
using ImagePusher.Core.Compression;
using ImagePusher.Core.IO;
using ZstdSharp;

namespace ImagePusher.Core.Tests.Compression;

/// <summary>Layers are decompressed according to their first bytes, regardless of their media type.</summary>
public sealed class LayerDecoderTests
{
    private static readonly byte[] Content = Enumerable.Range(0, 5000).Select(i => (byte)(i % 250)).ToArray();

    [Fact]
    public async Task Uncompressed_content_passes_through() => Assert.Equal(Content, await DecodeAsync(Content));

    [Fact]
    public async Task Content_of_fewer_bytes_than_a_header_passes_through()
    {
        Assert.Empty(await DecodeAsync([]));
        Assert.Equal([1], await DecodeAsync([1]));
    }

    [Fact]
    public async Task Gzip_of_several_members_is_decompressed() =>
        Assert.Equal(Content, await DecodeAsync([.. Gzip(Content[..2000]), .. Gzip(Content[2000..])]));

    [Fact]
    public async Task Zstd_frames_and_skippable_frames_are_decompressed()
    {
        byte[] skippable = [0x50, 0x2A, 0x4D, 0x18, 4, 0, 0, 0, 1, 2, 3, 4];
        Assert.Equal(Content, await DecodeAsync(Zstd(Content)));
        Assert.Equal(Content, await DecodeAsync([.. skippable, .. Zstd(Content[..2000]), .. skippable, .. Zstd(Content[2000..])]));
    }

    [Theory]
    [InlineData("xz", new byte[] { 0xFD, 0x37, 0x7A, 0x58, 0x5A, 0 })]
    [InlineData("bzip2", new byte[] { 0x42, 0x5A, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59 })]
    [InlineData("lz4", new byte[] { 4, 0x22, 0x4D, 0x18 })]
    public async Task Other_compressions_are_named(string name, byte[] magic)
    {
        var error = await Assert.ThrowsAsync<UnsupportedContentException>(() => DecodeAsync([.. magic, .. Content]));
        Assert.StartsWith($"The layer x is compressed with {name},", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 0x28, 0xB5, 0x2F, 0xFD, 0x00, (21 << 3) }, "2048 MiB")]
    [InlineData(new byte[] { 0x28, 0xB5, 0x2F, 0xFD, 0x00, (18 << 3) | 4 }, "384 MiB")]
    [InlineData(new byte[] { 0x28, 0xB5, 0x2F, 0xFD, 0xA0, 0, 0, 0, 0x40 }, "1024 MiB")]
    [InlineData(new byte[] { 0x50, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 9, 9, 0x28, 0xB5, 0x2F, 0xFD, 0x00, (21 << 3) }, "2048 MiB")]
    public async Task A_zstd_window_that_is_too_large_is_named(byte[] header, string window)
    {
        var error = await Assert.ThrowsAsync<LimitExceededException>(() => DecodeAsync([.. header, .. Content]));
        Assert.Contains($"a zstd window of {window}; at most 128 MiB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_window_in_a_later_frame_is_named_too()
    {
        var error = await Assert.ThrowsAnyAsync<ZstdException>(
            () => DecodeAsync([.. Zstd(new byte[100_000]), .. new byte[] { 0x28, 0xB5, 0x2F, 0xFD, 0x00, 21 << 3, 1, 0, 0 }]));
        Assert.IsType<LimitExceededException>(LayerDecoder.Translate(error, "The layer x", _ => throw new InvalidOperationException()));
    }

    [Theory]
    [InlineData(10, 1_000_000, true)]
    [InlineData(1_000, 200_000, true)]
    [InlineData(1_000, 1_000_001, false)]
    [InlineData(1_000_000, 5_000_001, false)]
    public void Growth_out_of_proportion_is_stopped(long read, long written, bool isAllowed)
    {
        var guard = new ExpansionGuard("The layer x", ratio: 200, allowance: 1_000_000, maximum: 5_000_000);
        var error = Record.Exception(() => guard.Check(read, written));
        Assert.True(isAllowed ? error is null : error is LimitExceededException);
    }

    private static async Task<byte[]> DecodeAsync(byte[] encoded)
    {
        var stop = TestContext.Current.CancellationToken;
        await using var decoded = await LayerDecoder.OpenAsync(new MemoryStream(encoded), "The layer x", stop);
        using var result = new MemoryStream();
        await decoded.CopyToAsync(result, stop);
        return result.ToArray();
    }

    private static byte[] Gzip(byte[] content)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return result.ToArray();
    }

    private static byte[] Zstd(byte[] content)
    {
        using var compressor = new Compressor(1);
        return compressor.Wrap(content).ToArray();
    }
}
