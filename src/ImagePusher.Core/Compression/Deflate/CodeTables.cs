namespace ImagePusher.Core.Compression.Deflate;

/// <summary>The bits to write for each part of a token: the code and extra bits of a length are one entry.</summary>
internal sealed class CodeTables
{
    /// <summary>The bits below the code in an entry of <see cref="First"/>: how many bits to write.</summary>
    public const int FirstCodeBit = 6;

    /// <summary>
    /// The bits below the code in an entry of <see cref="Second"/>: how many bits to write, then how many of them are the code.
    /// </summary>
    public const int SecondCodeBit = 12;

    private readonly uint[] _first = new uint[Token.Values];
    private readonly uint[] _second = new uint[Token.Values];
    private readonly ushort[] _literalCodes = new ushort[DeflateSymbols.LiteralSymbols + 2];
    private readonly ushort[] _distanceCodes = new ushort[DeflateSymbols.DistanceSymbols];

    /// <summary>By the first part of a token: code with extra bits, and the number of both.</summary>
    public Span<uint> First => _first;

    /// <summary>By the second part of a token: code, its number of bits, and that of code and extra bits.</summary>
    public Span<uint> Second => _second;

    /// <summary>The code of the end of the block.</summary>
    public uint EndOfBlock => _literalCodes[DeflateSymbols.EndOfBlock];

    /// <summary>Makes the tables for the codes of a block.</summary>
    public void Make(BlockCodes codes)
    {
        CodeLengths.Codes(codes.Literals, _literalCodes);
        CodeLengths.Codes(codes.Distances, _distanceCodes);
        for (var value = 0; value < Token.Match; value++)
        {
            uint bits = codes.Literals[value];
            _first[value] = ((uint)_literalCodes[value] << FirstCodeBit) | bits;
            _second[value] = ((uint)_literalCodes[value] << SecondCodeBit) | bits;
        }

        for (var length = DeflateSymbols.ShortestLength; length <= DeflateSymbols.LongestLength; length++)
        {
            var symbol = DeflateSymbols.LengthSymbol(length);
            uint bits = codes.Literals[DeflateSymbols.EndOfBlock + 1 + symbol];
            var code = _literalCodes[DeflateSymbols.EndOfBlock + 1 + symbol] | ((uint)DeflateSymbols.LengthExtra(length) << (int)bits);
            _first[Token.OfLength(length)] = (code << FirstCodeBit) | (bits + (uint)DeflateSymbols.LengthExtraBits(symbol));
        }

        for (var symbol = 0; symbol < DeflateSymbols.DistanceSymbols; symbol++)
        {
            uint bits = codes.Distances[symbol];
            _second[Token.Match + symbol] =
                ((uint)_distanceCodes[symbol] << SecondCodeBit) | (bits << 6) | (bits + (uint)DeflateSymbols.DistanceExtraBits(symbol));
        }
    }
}
