using System.IO.Compression;
using System.Security.Cryptography;
using ImagePusher.Core.Compression;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Compression;

public sealed class LayerEncoderTests
{
    private const int Block = EncodingSettings.LargestBlock;

    public static TheoryData<string, int, string> Layers
    {
        get
        {
            var data = new TheoryData<string, int, string>();
            foreach (var format in Enum.GetValues<LayerFormat>())
            {
                foreach (var size in (int[])[0, 1, 2, 1000, Block - 1, Block, Block + 1, (3 * Block) + 77])
                {
                    data.Add(format.ToString(), size, "text");
                    data.Add(format.ToString(), size, "random");
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public async Task A_layer_round_trips_and_both_digests_match_the_bytes(string format, int size, string kind)
    {
        var plain = Content(size, kind);
        var output = new MemoryStream();
        var layer = await LayerEncoder.EncodeAsync(new MemoryStream(plain), output,
            EncodingSettings.Create(Enum.Parse<LayerFormat>(format)), TestContext.Current.CancellationToken);

        Assert.Equal(Digest.Of(plain), layer.Uncompressed.Digest);
        Assert.Equal(size, layer.Uncompressed.Size);
        Assert.Equal(Digest.Of(output.ToArray()), layer.Encoded.Digest);
        Assert.Equal(output.Length, layer.Encoded.Size);
        Assert.Equal(plain, Decode(output.ToArray(), EncodingSettings.Create(Enum.Parse<LayerFormat>(format)).MediaType(docker: false)));
    }

    [Theory]
    [InlineData(nameof(LayerFormat.Gzip))]
    [InlineData(nameof(LayerFormat.Zstd))]
    public async Task The_result_does_not_depend_on_how_the_input_arrives(string format)
    {
        var plain = Content((2 * Block) + 5, "text");
        var settings = EncodingSettings.Create(Enum.Parse<LayerFormat>(format));
        var whole = await LayerEncoder.EncodeAsync(new MemoryStream(plain), Stream.Null, settings, TestContext.Current.CancellationToken);
        var dripping = await LayerEncoder.EncodeAsync(new DrippingStream(plain, 60_000), Stream.Null, settings,
            TestContext.Current.CancellationToken);
        Assert.Equal(whole, dripping);
    }

    [Fact]
    public async Task Gzip_is_one_member()
    {
        var plain = Content((2 * Block) + 5, "text");
        var output = new MemoryStream();
        await LayerEncoder.EncodeAsync(new MemoryStream(plain), output, EncodingSettings.Create(LayerFormat.Gzip),
            TestContext.Current.CancellationToken);

        // The raw deflate stream between header and trailer ends where the trailer begins: there is no second member.
        var raw = output.ToArray();
        using var deflate = new DeflateStream(new MemoryStream(raw, 10, raw.Length - 18), CompressionMode.Decompress);
        var result = new MemoryStream();
        await deflate.CopyToAsync(result, TestContext.Current.CancellationToken);
        Assert.Equal(plain, result.ToArray());
    }

    [Fact]
    public async Task Incompressible_content_is_stored()
    {
        var plain = Content(2 * Block, "random");
        var layer = await LayerEncoder.EncodeAsync(new MemoryStream(plain), Stream.Null, EncodingSettings.Create(LayerFormat.Gzip),
            TestContext.Current.CancellationToken);
        Assert.InRange(layer.Encoded.Size, plain.Length, plain.Length + 1000);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(9)]
    public async Task Content_that_a_fixed_code_would_expand_is_not_larger(int level)
    {
        // The fixed code gives bytes above 143 nine bits each, and no four of these are the same as four before them.
        var plain = new byte[Block + 100_000];
        new Random(11).NextBytes(plain);
        for (var i = 0; i < plain.Length; i++)
        {
            plain[i] = (byte)(144 + (plain[i] % 112));
        }

        var output = new MemoryStream();
        var layer = await LayerEncoder.EncodeAsync(new MemoryStream(plain), output, EncodingSettings.Create(LayerFormat.Gzip, level),
            TestContext.Current.CancellationToken);
        Assert.InRange(layer.Encoded.Size, 1, plain.Length + 1000);
        Assert.Equal(plain, Decode(output.ToArray(), MediaTypes.OciLayerGzip));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(6)]
    [InlineData(9)]
    public async Task Only_incompressible_parts_are_stored(int level)
    {
        const int Piece = 64 * 1024;
        var text = Content(2 * Block, "text");
        var mixed = (byte[])text.Clone();
        for (var piece = 3; piece < mixed.Length / Piece; piece += 5)
        {
            RandomNumberGenerator.Fill(mixed.AsSpan(piece * Piece, Piece));
        }

        var settings = EncodingSettings.Create(LayerFormat.Gzip, level);
        using var folder = new TemporaryFolder();
        var path = folder["mixed.gz"];
        await using (var file = File.Create(path))
        {
            await LayerEncoder.EncodeAsync(new MemoryStream(mixed), file, settings, TestContext.Current.CancellationToken);
        }

        var pure = await LayerEncoder.EncodeAsync(new MemoryStream(text), Stream.Null, settings, TestContext.Current.CancellationToken);
        var random = mixed.Length / 5;
        Assert.InRange(new FileInfo(path).Length, random, random + (pure.Encoded.Size * 0.82));
        await ExternalTools.RunAsync("gzip", ["-t", path], TestContext.Current.CancellationToken);
        Assert.Equal(mixed, Decode(await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken), MediaTypes.OciLayerGzip));
    }

    [Fact]
    public async Task A_target_that_fails_ends_the_encoding_with_its_own_error()
    {
        var plain = Content(8 * Block, "text");
        await Assert.ThrowsAsync<IOException>(() => LayerEncoder.EncodeAsync(
            new MemoryStream(plain), new FailingStream(100_000), EncodingSettings.Create(LayerFormat.Gzip),
            TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_source_that_fails_ends_the_encoding_with_its_own_error() =>
        await Assert.ThrowsAsync<InvalidDataException>(() => LayerEncoder.EncodeAsync(
            new DrippingStream(Content(3 * Block, "text"), 50_000, failAt: 2 * Block), Stream.Null,
            EncodingSettings.Create(LayerFormat.Gzip), TestContext.Current.CancellationToken));

    [Theory]
    [InlineData(nameof(LayerFormat.Gzip), 0)]
    [InlineData(nameof(LayerFormat.Gzip), 10)]
    [InlineData(nameof(LayerFormat.Zstd), 20)]
    public void A_level_that_a_format_lacks_is_InvalidOption(string format, int level) =>
        Assert.Throws<InvalidOptionException>(() => EncodingSettings.Create(Enum.Parse<LayerFormat>(format), level));

    [Fact]
    public async Task A_higher_level_of_zstd_gives_fewer_bytes()
    {
        var random = new Random(3);
        string[] words = [.. Enumerable.Range(0, 500).Select(_ => $"{random.Next(100_000)} ")];
        var content = System.Text.Encoding.ASCII.GetBytes(
            string.Concat(Enumerable.Range(0, 200_000).Select(_ => words[random.Next(words.Length)])));
        var sizes = new List<long>();
        foreach (var level in new[] { 1, 12 })
        {
            var settings = EncodingSettings.Create(LayerFormat.Zstd, level);
            var layer = await LayerEncoder.EncodeAsync(
                new MemoryStream(content), Stream.Null, settings, TestContext.Current.CancellationToken);
            sizes.Add(layer.Encoded.Size);
        }

        Assert.InRange(sizes[1], 1, sizes[0] - 1);
    }

    [Fact]
    public void Each_format_and_level_has_a_key_of_its_own() => Assert.Distinct(
        from format in Enum.GetValues<LayerFormat>()
        from level in Enumerable.Range(1, EncodingSettings.MaximumLevel(format))
        select EncodingSettings.Create(format, level).KeyOf(Digest.Of("a layer"u8)));

    private static byte[] Decode(byte[] encoded, string mediaType)
    {
        using Stream decoder = mediaType.EndsWith("gzip", StringComparison.Ordinal)
            ? new System.IO.Compression.GZipStream(new MemoryStream(encoded), System.IO.Compression.CompressionMode.Decompress)
            : new ZstdSharp.DecompressionStream(new MemoryStream(encoded));
        var result = new MemoryStream();
        decoder.CopyTo(result);
        return result.ToArray();
    }

    private static byte[] Content(int size, string kind)
    {
        var content = new byte[size];
        if (kind == "random")
        {
            RandomNumberGenerator.Fill(content);
            return content;
        }

        var random = new Random(7);
        for (var i = 0; i < size; i++)
        {
            content[i] = (byte)"etaoin shrdlu\n"[random.Next(14)];
        }

        return content;
    }

    private sealed class DrippingStream(byte[] content, int step, int failAt = int.MaxValue) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position >= failAt ? throw new InvalidDataException("the source broke")
                : base.ReadAsync(buffer[..Math.Min(buffer.Length, step)], cancellationToken);
    }

    private sealed class FailingStream(int limit) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            Length + buffer.Length > limit ? throw new IOException("the target broke") : base.WriteAsync(buffer, cancellationToken);
    }
}
