using System.IO.Compression;
using CsCheck;
using ImagePusher.Core.Compression;
using ImagePusher.Core.Compression.Deflate;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Compression.Deflate;

/// <summary>The encoded data decodes to the input and stays within its bounds, regardless of the content and of previous data.</summary>
public sealed class DeflateEncoderTests(ITestOutputHelper output)
{
    public static TheoryData<int> Levels => [.. Enumerable.Range(1, EncodingSettings.HighestPortableGzip)];

    [Theory, MemberData(nameof(Levels))]
    public void Any_content_in_any_parts_round_trips(int level)
    {
        var count = ExternalTools.LongForm ? 50_000 : 400;
        var seed = Environment.GetEnvironmentVariable("CsCheck_Seed") ?? $"{Random.Shared.NextInt64(100_000_000_000, 1_000_000_000_000)}";
        output.WriteLine($"{count} cases, first seed {seed}");
        var encoder = new DeflateEncoder(level);
        Gen.Select(ContentRecipe.Gen, Gen.Int[1, 200_000], Gen.Bool).Sample(
            (recipe, part, hasWindow) => Check(encoder, level, recipe.Make(), part, hasWindow), output.WriteLine, seed, count, threads: 1);
    }

    [Theory, MemberData(nameof(Levels))]
    public void Content_of_every_kind_round_trips_in_parts_of_any_size(int level)
    {
        var content = ContentRecipe.Everything.Make();
        var encoder = new DeflateEncoder(level);
        foreach (var part in (int[])[997, 65_536, 1 << 20, content.Length])
        {
            Check(encoder, level, content, part, hasWindow: true);
        }
    }

    [Theory, MemberData(nameof(Levels))]
    public void Short_content_round_trips(int level)
    {
        var encoder = new DeflateEncoder(level);
        for (var length = 0; length < 300; length++)
        {
            Check(encoder, level, new ContentRecipe([new(ContentKind.Run, length, 1, 0)]).Make(), part: 64, hasWindow: false);
            Check(encoder, level, new ContentRecipe([new(ContentKind.Text, length, 1, 9)]).Make(), part: 300, hasWindow: false);
            Check(encoder, level, new ContentRecipe([new(ContentKind.Random, length, 1, 9)]).Make(), part: 7, hasWindow: true);
        }
    }

    [Theory, MemberData(nameof(Levels))]
    public void The_part_after_a_part_refers_to_it(int level)
    {
        // The random data also occurred one window earlier: the second part consists of a few matches.
        var half = new ContentRecipe([new(ContentKind.Random, 32_768, 1, 77)]).Make();
        byte[] content = [.. half, .. half];
        var encoder = new DeflateEncoder(level);
        Assert.InRange(Encode(encoder, content, 32_768, hasWindow: true).Length, half.Length, half.Length + 300);
        Assert.InRange(Encode(encoder, content, 32_768, hasWindow: false).Length, 2 * half.Length, (2 * half.Length) + 300);
    }

    private static void Check(DeflateEncoder encoder, int level, byte[] content, int part, bool hasWindow)
    {
        var encoded = Encode(encoder, content, part, hasWindow);
        using var decoder = new DeflateStream(new MemoryStream([.. encoded, 3, 0]), CompressionMode.Decompress);
        var decoded = new MemoryStream();
        decoder.CopyTo(decoded);
        Assert.True(content.AsSpan().SequenceEqual(decoded.ToArray()), "The decoded content differs.");

        // A new encoder in clean memory produces the same bytes as a reused one.
        Assert.True(encoded.AsSpan().SequenceEqual(Encode(new DeflateEncoder(level), content, part, hasWindow)),
            "The result depends on what was encoded before.");
    }

    // Encodes parts as blocks of a layer are: each in its own memory, with or without the end of the one before.
    private static byte[] Encode(DeflateEncoder encoder, byte[] content, int part, bool hasWindow)
    {
        var result = new MemoryStream();
        for (var start = 0; start < content.Length; start += part)
        {
            var length = Math.Min(part, content.Length - start);
            var window = hasWindow && start >= InputBlock.Start ? InputBlock.Start : 0;
            var buffer = new byte[InputBlock.BufferSize(length)];
            content.AsSpan(start - window, window + length).CopyTo(buffer.AsSpan(InputBlock.Start - window));
            var destination = new byte[DeflateEncoder.MaximumSize(length)];
            encoder.Begin(buffer, InputBlock.Start - window, InputBlock.Start);
            var size = encoder.Encode(buffer, InputBlock.Start - window, InputBlock.Start, InputBlock.Start + length, destination);
            Assert.InRange(size, 5, StoredBlocks.SizeOf(length) + 16 + (length / 1024));
            result.Write(destination, 0, size);
        }

        return result.ToArray();
    }
}
