using CsCheck;

namespace ImagePusher.Core.Tests.Compression.Deflate;

/// <summary>
/// A recipe for content of many kinds: what a compressor handles in different ways, in any order and at any offset. The result depends
/// on the recipe alone, on every platform.
/// </summary>
/// <param name="Parts">The parts in order.</param>
internal sealed record ContentRecipe(IReadOnlyList<ContentPart> Parts)
{
    /// <summary>Any recipe of up to 12 parts.</summary>
    public static Gen<ContentRecipe> Gen { get; } = ContentPart.Gen.Array[0, 12].Select(parts => new ContentRecipe(parts));

    /// <summary>One part of each kind and length, and copies at the distances where deflate's symbols change.</summary>
    public static ContentRecipe Everything { get; } = new(
    [
        .. from kind in Enum.GetValues<ContentKind>()
           from length in (int[])[1, 3, 4, 5, 31, 32, 33, 257, 258, 259, 1023, 1024, 1025, 5000, 70_000]
           select new ContentPart(kind, length, 1 + (length % 97), (uint)length),
        .. from distance in (int[])[1, 2, 4, 5, 255, 256, 257, 4096, 8191, 24_577, 32_766, 32_767, 32_768, 32_769, 65_536]
           from length in (int[])[3, 4, 8, 9, 40, 41, 600]
           select new ContentPart(ContentKind.Copy, length, distance, 3),
    ]);

    /// <summary>The content.</summary>
    public byte[] Make()
    {
        var content = new byte[Parts.Sum(part => part.Length)];
        var end = 0;
        foreach (var part in Parts)
        {
            part.Write(content, end);
            end += part.Length;
        }

        return content;
    }

    public override string ToString() => string.Join(' ', Parts.Select(part => $"{part.Kind}:{part.Length}:{part.Distance}:{part.Seed}"));
}
