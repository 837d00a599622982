using CsCheck;

namespace ImagePusher.Core.Tests.Compression.Deflate;

/// <summary>The kinds of a part of generated content.</summary>
internal enum ContentKind
{
    /// <summary>One byte repeated.</summary>
    Run,

    /// <summary>Few different bytes.</summary>
    Text,

    /// <summary>Bytes as by chance.</summary>
    Random,

    /// <summary>What is found at a distance before.</summary>
    Copy,

    /// <summary>Copies with a changed byte now and then.</summary>
    Edited,

    /// <summary>Bytes whose frequencies differ so much that codes reach their longest form.</summary>
    Skewed,
}

/// <summary>A part of generated content.</summary>
/// <param name="Kind">What it is made of.</param>
/// <param name="Length">The number of bytes.</param>
/// <param name="Distance">The distance of copies.</param>
/// <param name="Seed">Selects the bytes.</param>
internal sealed record ContentPart(ContentKind Kind, int Length, int Distance, uint Seed)
{
    /// <summary>Any part: mostly short, some of more than a block of 64 KiB.</summary>
    public static Gen<ContentPart> Gen { get; } = CsCheck.Gen.Select(
        CsCheck.Gen.Enum<ContentKind>(),
        CsCheck.Gen.Frequency((5, CsCheck.Gen.Int[1, 300]), (3, CsCheck.Gen.Int[1, 9_000]), (1, CsCheck.Gen.Int[1, 150_000])),
        CsCheck.Gen.Frequency((3, CsCheck.Gen.Int[1, 40]), (3, CsCheck.Gen.Int[1, 33_000]), (1, CsCheck.Gen.Int[32_760, 32_776])),
        CsCheck.Gen.UInt,
        (kind, length, distance, seed) => new ContentPart(kind, length, distance, seed));

    /// <summary>Writes the part behind the parts before it.</summary>
    public void Write(byte[] content, int start)
    {
        var state = Seed | 1;
        for (var i = start; i < start + Length; i++)
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            var before = i >= Distance ? content[i - Distance] : (byte)i;
            content[i] = Kind switch
            {
                ContentKind.Run => (byte)Seed,
                ContentKind.Text => (byte)"etaoin shrdlu\n<>"[(int)(state % 16)],
                ContentKind.Random => (byte)(state >> 11),
                ContentKind.Copy => before,
                ContentKind.Edited => state % 13 == 0 ? (byte)(state >> 9) : before,
                _ => (byte)uint.TrailingZeroCount(state >> 3),
            };
        }
    }
}
