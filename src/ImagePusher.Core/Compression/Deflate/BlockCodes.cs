namespace ImagePusher.Core.Compression.Deflate;

/// <summary>The two Huffman codes of a block: literals with lengths, and distances.</summary>
internal sealed class BlockCodes
{
    // Two more symbols take part in the fixed code and never occur.
    private readonly byte[] _literalLengths = new byte[DeflateSymbols.LiteralSymbols + 2];
    private readonly byte[] _distanceLengths = new byte[DeflateSymbols.DistanceSymbols];

    /// <summary>The fixed Huffman code (RFC 1951, 3.2.6).</summary>
    public static BlockCodes Fixed { get; } = MakeFixed();

    /// <summary>The bits of each literal, of the end of the block and of each length symbol.</summary>
    public ReadOnlySpan<byte> Literals => _literalLengths;

    /// <summary>The bits of each distance symbol.</summary>
    public ReadOnlySpan<byte> Distances => _distanceLengths;

    /// <summary>Finds the best codes for a block.</summary>
    public void Fit(TokenCounts counts)
    {
        CodeLengths.Assign(counts.Literals, DeflateSymbols.LongestCode, _literalLengths);
        CodeLengths.Assign(counts.Distances, DeflateSymbols.LongestCode, _distanceLengths);
    }

    /// <summary>The size in bits of a block with these codes, without its header.</summary>
    public long SizeOf(TokenCounts counts)
    {
        var bits = 0L;
        for (var symbol = 0; symbol < counts.Literals.Length; symbol++)
        {
            var extra = symbol > DeflateSymbols.EndOfBlock ? DeflateSymbols.LengthExtraBits(symbol - DeflateSymbols.EndOfBlock - 1) : 0;
            bits += (long)counts.Literals[symbol] * (_literalLengths[symbol] + extra);
        }

        for (var symbol = 0; symbol < _distanceLengths.Length; symbol++)
        {
            bits += (long)counts.Distances[symbol] * (_distanceLengths[symbol] + DeflateSymbols.DistanceExtraBits(symbol));
        }

        return bits;
    }

    private static BlockCodes MakeFixed()
    {
        var codes = new BlockCodes();
        codes._literalLengths.AsSpan(0, 144).Fill(8);
        codes._literalLengths.AsSpan(144, 112).Fill(9);
        codes._literalLengths.AsSpan(256, 24).Fill(7);
        codes._literalLengths.AsSpan(280).Fill(8);
        codes._distanceLengths.AsSpan().Fill(5);
        return codes;
    }
}
