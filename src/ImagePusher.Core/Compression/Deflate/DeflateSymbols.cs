namespace ImagePusher.Core.Compression.Deflate;

/// <summary>The alphabets of deflate (RFC 1951, 3.2.5): which symbol and extra bits a length or a distance has.</summary>
internal static class DeflateSymbols
{
    /// <summary>The shortest length that is searched for; deflate's own minimum of 3 rarely pays.</summary>
    public const int MinimumMatch = 4;

    /// <summary>The shortest length that has a symbol.</summary>
    public const int ShortestLength = 3;

    /// <summary>The longest length that has a symbol.</summary>
    public const int LongestLength = 258;

    /// <summary>The largest distance.</summary>
    public const int Window = 32768;

    /// <summary>The symbol that ends a block.</summary>
    public const int EndOfBlock = 256;

    /// <summary>The number of symbols for literals, the end of the block and lengths.</summary>
    public const int LiteralSymbols = 286;

    /// <summary>The number of symbols for distances.</summary>
    public const int DistanceSymbols = 30;

    /// <summary>The longest code of a symbol in bits.</summary>
    public const int LongestCode = 15;

    private static readonly byte[] LengthSymbolOf = new byte[LongestLength + 1];
    private static readonly ushort[] LengthBase = new ushort[29];
    private static readonly ushort[] DistanceBase = new ushort[DistanceSymbols];

    static DeflateSymbols()
    {
        // Extra bits select one of the values that share a symbol.
        for (int symbol = 0, length = ShortestLength; symbol < 28; symbol++)
        {
            LengthBase[symbol] = (ushort)length;
            for (var end = length + (1 << LengthExtraBits(symbol)); length < end && length < LongestLength; length++)
            {
                LengthSymbolOf[length] = (byte)symbol;
            }
        }

        LengthBase[28] = LongestLength;
        LengthSymbolOf[LongestLength] = 28;
        for (int symbol = 0, distance = 0; symbol < DistanceSymbols; distance += 1 << DistanceExtraBits(symbol), symbol++)
        {
            DistanceBase[symbol] = (ushort)distance;
        }
    }

    /// <summary>The symbol of a length, counted from the first length symbol.</summary>
    public static int LengthSymbol(int length) => LengthSymbolOf[length];

    /// <summary>The value of the extra bits of a length.</summary>
    public static int LengthExtra(int length) => length - LengthBase[LengthSymbolOf[length]];

    /// <summary>The number of extra bits of a length symbol, counted from the first length symbol.</summary>
    public static int LengthExtraBits(int symbol) => symbol is < 8 or 28 ? 0 : (symbol - 4) >> 2;

    /// <summary>The number of extra bits of a distance symbol.</summary>
    public static int DistanceExtraBits(int symbol) => symbol < 4 ? 0 : (symbol - 2) >> 1;

    /// <summary>The smallest distance of a symbol, less one.</summary>
    public static int DistanceStart(int symbol) => DistanceBase[symbol];
}
