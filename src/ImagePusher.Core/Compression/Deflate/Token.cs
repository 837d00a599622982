using System.Runtime.CompilerServices;

namespace ImagePusher.Core.Compression.Deflate;

/// <summary>
/// A token of the matcher, in 31 bits: a literal alone, two literals, or a length with its distance. The low nine bits are the first
/// literal or 256 and the length less three; the next nine the second literal, or 256 and the symbol of the distance, or
/// <see cref="Nothing"/>; the rest is the value of the distance's extra bits. All three kinds are counted and written by the same
/// instructions, so that there is no branch to predict.
/// </summary>
internal static class Token
{
    /// <summary>The number of values that each part of a token has room for.</summary>
    public const int Values = 512;

    /// <summary>The start of lengths in the first part and of distances in the second part.</summary>
    public const int Match = 256;

    /// <summary>The second part of a literal alone.</summary>
    public const int Nothing = Match + DeflateSymbols.DistanceSymbols;

    /// <summary>The first bit of the second part.</summary>
    public const int SecondBit = 9;

    /// <summary>The first bit of the extra bits.</summary>
    public const int ExtraBit = 18;

    // By distance less one: below 256 each, above in steps of 128. The second part, less the start of the distance's symbol.
    private static readonly uint[] Distances = new uint[Values];

    static Token()
    {
        for (var symbol = 0; symbol < DeflateSymbols.DistanceSymbols; symbol++)
        {
            var start = DeflateSymbols.DistanceStart(symbol);
            for (var distance = start; distance < start + (1 << DeflateSymbols.DistanceExtraBits(symbol)); distance++)
            {
                Distances[SlotOf(distance)] = ((uint)(Match + symbol) << SecondBit) - ((uint)start << ExtraBit);
            }
        }
    }

    /// <summary>The table for <see cref="OfDistance"/>.</summary>
    public static Span<uint> DistanceTable => Distances;

    /// <summary>The token of one literal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint OfLiteral(byte value) => value | ((uint)Nothing << SecondBit);

    /// <summary>The tokens of four literals: the first two in the low half.</summary>
    /// <param name="literals">The bytes, the first in the lowest bits.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfFourLiterals(uint literals)
    {
        ulong spread = (literals | ((ulong)literals << 16)) & 0x0000ffff_0000fffful;
        return (spread & 0x000000ff_000000fful) | ((spread & 0x0000ff00_0000ff00ul) << 1);
    }

    /// <summary>The parts of a match token that encode its length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint OfLength(nint length) => (uint)(Match - DeflateSymbols.ShortestLength + length);

    /// <summary>The parts of a match token that encode its distance.</summary>
    /// <param name="table"><see cref="DistanceTable"/>.</param>
    /// <param name="distance">The distance less one.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint OfDistance(Span<uint> table, nint distance) =>
        RawAccess.At(table, SlotOf(distance)) + ((uint)distance << ExtraBit);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint SlotOf(nint distance) => distance < 256 ? distance : 256 + (distance >> 7);
}
