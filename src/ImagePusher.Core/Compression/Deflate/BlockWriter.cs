namespace ImagePusher.Core.Compression.Deflate;

/// <summary>Writes a block in the shortest of deflate's three forms: the second of the two passes.</summary>
internal sealed class BlockWriter
{
    // A store writes eight bytes, of which only the complete ones are kept.
    private const int StoreSlack = 16;

    private readonly TokenCounts _counts = new();
    private readonly BlockCodes _codes = new();
    private readonly BlockHeader _header = new();
    private readonly CodeTables _tables = new();

    /// <summary>Writes one block, which is not the last.</summary>
    /// <param name="writer">Receives the block.</param>
    /// <param name="tokens">The tokens of the block.</param>
    /// <param name="content">The content that they represent.</param>
    public void Write(ref BitWriter writer, ReadOnlySpan<uint> tokens, ReadOnlySpan<byte> content)
    {
        _counts.Count(tokens);
        _codes.Fit(_counts);
        var fitted = _header.Describe(_codes) + _codes.SizeOf(_counts);
        var common = 3 + BlockCodes.Fixed.SizeOf(_counts);
        var stored = 8L * StoredBlocks.SizeOf(content.Length);
        if (stored <= Math.Min(fitted, common))
        {
            writer.Store(content);
            return;
        }

        var room = writer.Destination.Length - writer.Position;
        ArgumentOutOfRangeException.ThrowIfGreaterThan((Math.Min(fitted, common) / 8) + StoreSlack, room);
        if (common <= fitted)
        {
            writer.Write(1 << 1, 3);
            _tables.Make(BlockCodes.Fixed);
            WriteTokens(ref writer, tokens);
            writer.Write(_tables.EndOfBlock, BlockCodes.Fixed.Literals[DeflateSymbols.EndOfBlock]);
        }
        else
        {
            _header.Write(ref writer);
            _tables.Make(_codes);
            WriteTokens(ref writer, tokens);
            writer.Write(_tables.EndOfBlock, _codes.Literals[DeflateSymbols.EndOfBlock]);
        }
    }

    private void WriteTokens(ref BitWriter writer, ReadOnlySpan<uint> tokens)
    {
        const uint Part = Token.Values - 1;
        const int Count = (1 << 6) - 1;
        var firsts = _tables.First;
        var seconds = _tables.Second;
        var destination = writer.Destination;
        nint position = writer.Position;
        var pending = writer.Pending;
        var bits = writer.PendingBits;
        foreach (var token in tokens)
        {
            var first = RawAccess.At(firsts, (nint)(token & Part));
            var second = RawAccess.At(seconds, (nint)((token >> Token.SecondBit) & Part));

            // At most 20 bits of the first part and 28 of the second; the seven that are pending fit too.
            var code = (second >> CodeTables.SecondCodeBit) | ((ulong)(token >> Token.ExtraBit) << (int)((second >> 6) & Count));
            code = (code << (int)(first & Count)) | (first >> CodeTables.FirstCodeBit);
            pending |= code << bits;
            bits += (int)(first & Count) + (int)(second & Count);
            RawAccess.Write64(destination, position, pending);
            position += bits >> 3;
            pending >>= bits & ~7;
            bits &= 7;
        }

        writer.Continue((int)position, pending, bits);
    }
}
