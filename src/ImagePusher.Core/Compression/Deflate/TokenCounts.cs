namespace ImagePusher.Core.Compression.Deflate;

/// <summary>The frequencies of the symbols in the tokens of a block.</summary>
internal sealed class TokenCounts
{
    private const int Tables = 4;

    // Tokens alternate between two pairs of tables, so that equal neighbors do not wait for each other.
    private readonly int[] _parts = new int[Tables * Token.Values];
    private readonly int[] _literals = new int[DeflateSymbols.LiteralSymbols];
    private readonly int[] _distances = new int[DeflateSymbols.DistanceSymbols];

    /// <summary>The counts of literals, the end of the block and lengths.</summary>
    public ReadOnlySpan<int> Literals => _literals;

    /// <summary>The counts of distances.</summary>
    public ReadOnlySpan<int> Distances => _distances;

    /// <summary>Counts the tokens of a block.</summary>
    public void Count(ReadOnlySpan<uint> tokens)
    {
        CountParts(tokens);
        ReadOnlySpan<int> firsts = _parts.AsSpan(0, Token.Values);
        ReadOnlySpan<int> seconds = _parts.AsSpan(Token.Values, Token.Values);
        for (var value = 0; value < Token.Match; value++)
        {
            _literals[value] = firsts[value] + seconds[value];
        }

        Array.Clear(_literals, Token.Match, _literals.Length - Token.Match);
        _literals[DeflateSymbols.EndOfBlock] = 1;
        for (var length = DeflateSymbols.ShortestLength; length <= DeflateSymbols.LongestLength; length++)
        {
            var symbol = DeflateSymbols.EndOfBlock + 1 + DeflateSymbols.LengthSymbol(length);
            _literals[symbol] += firsts[(int)Token.OfLength(length)];
        }

        seconds.Slice(Token.Match, _distances.Length).CopyTo(_distances);
    }

    private void CountParts(ReadOnlySpan<uint> tokens)
    {
        Array.Clear(_parts);
        Span<int> parts = _parts;
        var last = tokens.Length - 1;
        for (var i = 0; i < last; i += 2)
        {
            var (one, two) = (tokens[i], tokens[i + 1]);
            RawAccess.At(parts, FirstOf(one))++;
            RawAccess.At(parts, SecondOf(one) + Token.Values)++;
            RawAccess.At(parts, FirstOf(two) + (2 * Token.Values))++;
            RawAccess.At(parts, SecondOf(two) + (3 * Token.Values))++;
        }

        if ((tokens.Length & 1) == 1)
        {
            parts[(int)FirstOf(tokens[last])]++;
            parts[(int)SecondOf(tokens[last]) + Token.Values]++;
        }

        for (var i = 0; i < 2 * Token.Values; i++)
        {
            parts[i] += parts[i + (2 * Token.Values)];
        }
    }

    private static nint FirstOf(uint token) => (nint)(token & (Token.Values - 1));

    private static nint SecondOf(uint token) => (nint)((token >> Token.SecondBit) & (Token.Values - 1));
}
