namespace ImagePusher.Core.Compression.Deflate;

/// <summary>The description of the codes of a block: the lengths of the codes, run-length coded with a third code (RFC 1951,
/// 3.2.7).</summary>
internal sealed class BlockHeader
{
    private const int Symbols = 19;
    private const int LongestCode = 7;
    private const int RepeatPrevious = 16;
    private const int FewZeros = 17;
    private const int ManyZeros = 18;
    private const int SymbolBits = 5;

    private readonly ushort[] _items = new ushort[DeflateSymbols.LiteralSymbols + DeflateSymbols.DistanceSymbols];
    private readonly byte[] _lengths = new byte[Symbols];
    private readonly ushort[] _codes = new ushort[Symbols];
    private readonly int[] _counts = new int[Symbols];
    private int _count;
    private int _literals;
    private int _distances;
    private int _described;

    private static ReadOnlySpan<byte> Order => [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    /// <summary>Describes codes.</summary>
    /// <returns>The size of the header in bits, with the three bits of each block.</returns>
    public int Describe(BlockCodes codes)
    {
        _literals = LengthWithoutZeros(codes.Literals, DeflateSymbols.EndOfBlock + 1);
        _distances = LengthWithoutZeros(codes.Distances, 1);
        Span<byte> all = stackalloc byte[_items.Length];
        codes.Literals[.._literals].CopyTo(all);
        codes.Distances[.._distances].CopyTo(all[_literals..]);
        FindRuns(all[..(_literals + _distances)]);

        CodeLengths.Assign(_counts, LongestCode, _lengths);
        _described = Symbols;
        while (_described > 4 && _lengths[Order[_described - 1]] == 0)
        {
            _described--;
        }

        var bits = 3 + 5 + 5 + 4 + (3 * _described);
        for (var symbol = 0; symbol < Symbols; symbol++)
        {
            bits += _counts[symbol] * (_lengths[symbol] + ExtraBits(symbol));
        }

        return bits;
    }

    /// <summary>Writes the description.</summary>
    public void Write(ref BitWriter writer)
    {
        CodeLengths.Codes(_lengths, _codes);
        writer.Write(2 << 1, 3);
        writer.Write((uint)(_literals - DeflateSymbols.EndOfBlock - 1), 5);
        writer.Write((uint)(_distances - 1), 5);
        writer.Write((uint)(_described - 4), 4);
        foreach (var symbol in Order[.._described])
        {
            writer.Write(_lengths[symbol], 3);
        }

        foreach (var item in _items.AsSpan(0, _count))
        {
            var symbol = item & ((1 << SymbolBits) - 1);
            var length = _lengths[symbol];
            writer.Write(_codes[symbol] | ((uint)(item >> SymbolBits) << length), length + ExtraBits(symbol));
        }
    }

    private static int LengthWithoutZeros(ReadOnlySpan<byte> lengths, int minimum) =>
        Math.Max(lengths.LastIndexOfAnyExcept((byte)0) + 1, minimum);

    private static int ExtraBits(int symbol) => symbol switch
    {
        RepeatPrevious => 2,
        FewZeros => 3,
        ManyZeros => 7,
        _ => 0,
    };

    private void FindRuns(ReadOnlySpan<byte> lengths)
    {
        _count = 0;
        Array.Clear(_counts);
        while (!lengths.IsEmpty)
        {
            var value = lengths[0];
            var different = lengths.IndexOfAnyExcept(value);
            var run = different < 0 ? lengths.Length : different;
            lengths = lengths[run..];
            if (value != 0)
            {
                Add(value, 0);
                run--;
            }

            for (int part; run >= 3; run -= part)
            {
                part = value != 0 ? Math.Min(run, 6) : Math.Min(run, 138);
                Add(value != 0 ? RepeatPrevious : part < 11 ? FewZeros : ManyZeros, part - (part < 11 ? 3 : 11));
            }

            for (; run > 0; run--)
            {
                Add(value, 0);
            }
        }
    }

    private void Add(int symbol, int extra)
    {
        _items[_count++] = (ushort)(symbol | (extra << SymbolBits));
        _counts[symbol]++;
    }
}
