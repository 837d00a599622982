using System.Runtime.CompilerServices;

namespace ImagePusher.Core.Compression.Deflate;

/// <summary>The tokens of the block that is being collected.</summary>
/// <param name="full">The number of tokens at which the block ends.</param>
internal sealed class TokenBuffer(int full)
{
    /// <summary>The maximum number of tokens that a matcher may add in one call.</summary>
    public const int Room = 4096;

    private readonly uint[] _items = new uint[full + Room];

    /// <summary>The number of tokens.</summary>
    public int Count { get; set; }

    /// <summary>True if the block is to be written.</summary>
    public bool IsFull => Count >= full;

    /// <summary>The memory of all tokens, also of those to come.</summary>
    public Span<uint> Items => _items;

    /// <summary>Adds literals, two to a token.</summary>
    public void AddLiterals(ReadOnlySpan<byte> literals)
    {
        var i = 0;
        for (; i + 1 < literals.Length; i += 2)
        {
            _items[Count++] = literals[i] | ((uint)literals[i + 1] << Token.SecondBit);
        }

        if (i < literals.Length)
        {
            _items[Count++] = Token.OfLiteral(literals[i]);
        }
    }

    /// <summary>Writes the tokens of four literals; as many as are wanted of them count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddFour(Span<uint> tokens, nint count, uint literals)
    {
        var pairs = Token.OfFourLiterals(literals);
        RawAccess.At(tokens, count) = (uint)pairs;
        RawAccess.At(tokens, count + 1) = (uint)(pairs >> 32);
    }

    /// <summary>Adds literals and the match behind them.</summary>
    /// <param name="bytes">The content.</param>
    /// <param name="literals">The start of the literals.</param>
    /// <param name="run">The number of literals.</param>
    /// <param name="length">The length of the match.</param>
    /// <param name="distance">The result of <see cref="Token.OfDistance"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddMatch(ReadOnlySpan<byte> bytes, nint literals, nint run, nint length, uint distance)
    {
        Span<uint> items = _items;
        nint count = Count;
        for (; run > 4; run -= 4, literals += 4, count += 2)
        {
            AddFour(items, count, RawAccess.Read32(bytes, literals));
        }

        // Up to four literals without a branch: the last token is overwritten by the match if the run is even.
        AddFour(items, count, RawAccess.Read32(bytes, literals));
        RawAccess.At(items, count + (run >> 1)) = Token.OfLiteral(RawAccess.Byte(bytes, literals + (run & ~1)));
        count += (run + 1) >> 1;
        Count = (int)count;
        if (length <= DeflateSymbols.LongestLength)
        {
            RawAccess.At(items, count) = Token.OfLength(length) | distance;
            Count++;
        }
        else
        {
            AddLongMatch((int)length, distance);
        }
    }

    /// <summary>Adds a match of any length: as many tokens as it needs.</summary>
    /// <param name="length">The length in bytes.</param>
    /// <param name="distance">The result of <see cref="Token.OfDistance"/>.</param>
    public void AddLongMatch(int length, uint distance)
    {
        while (length > DeflateSymbols.LongestLength)
        {
            // The remainder must not be too short for a length.
            var part = Math.Min(DeflateSymbols.LongestLength, length - DeflateSymbols.ShortestLength);
            _items[Count++] = Token.OfLength(part) | distance;
            length -= part;
        }

        _items[Count++] = Token.OfLength(length) | distance;
    }
}
