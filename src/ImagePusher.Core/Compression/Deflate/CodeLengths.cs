namespace ImagePusher.Core.Compression.Deflate;

/// <summary>Huffman codes of limited length: how many bits each symbol gets, and its code.</summary>
internal static class CodeLengths
{
    private const int MostSymbols = DeflateSymbols.LiteralSymbols;
    private const int SymbolBits = 16;

    /// <summary>The lengths for how often symbols occur; 0 for one that does not. A lone symbol gets one bit.</summary>
    /// <param name="counts">The frequency of each symbol.</param>
    /// <param name="limit">The longest code in bits.</param>
    /// <param name="lengths">Receives the lengths.</param>
    public static void Assign(ReadOnlySpan<int> counts, int limit, Span<byte> lengths)
    {
        lengths.Clear();
        Span<ulong> sorted = stackalloc ulong[MostSymbols];
        var used = 0;
        for (var symbol = 0; symbol < counts.Length; symbol++)
        {
            if (counts[symbol] > 0)
            {
                sorted[used++] = ((ulong)(uint)counts[symbol] << SymbolBits) | (uint)symbol;
            }
        }

        if (used < 2)
        {
            if (used == 1)
            {
                lengths[SymbolOf(sorted[0])] = 1;
            }

            return;
        }

        // The symbol is part of the key, so that no two are equal and the order is the same whatever the method of sorting.
        sorted = sorted[..used];
        sorted.Sort();
        Span<int> depths = stackalloc int[MostSymbols];
        depths = depths[..used];
        for (var i = 0; i < used; i++)
        {
            depths[i] = (int)(sorted[i] >> SymbolBits);
        }

        FindDepths(depths);
        Span<int> perLength = stackalloc int[limit + 1];
        CountLengths(depths, perLength);

        // The rarest symbols get the longest codes.
        var next = 0;
        for (var length = limit; length > 0; length--)
        {
            for (var left = perLength[length]; left > 0; left--)
            {
                lengths[SymbolOf(sorted[next++])] = (byte)length;
            }
        }
    }

    /// <summary>The canonical codes of lengths (RFC 1951, 3.2.2), each with its first bit lowest.</summary>
    public static void Codes(ReadOnlySpan<byte> lengths, Span<ushort> codes)
    {
        Span<int> perLength = stackalloc int[DeflateSymbols.LongestCode + 1];
        perLength.Clear();
        foreach (var length in lengths)
        {
            perLength[length]++;
        }

        perLength[0] = 0;
        Span<int> next = stackalloc int[DeflateSymbols.LongestCode + 1];
        for (int length = 1, code = 0; length <= DeflateSymbols.LongestCode; length++)
        {
            code = (code + perLength[length - 1]) << 1;
            next[length] = code;
        }

        for (var symbol = 0; symbol < lengths.Length; symbol++)
        {
            var length = lengths[symbol];
            codes[symbol] = length == 0 ? (ushort)0 : Reverse(next[length]++, length);
        }
    }

    // Moffat and Katajainen, "In-place calculation of minimum-redundancy codes": counts in ascending order become depths.
    private static void FindDepths(Span<int> items)
    {
        var count = items.Length;
        int leaf = 0, root = 0;
        for (var node = 0; node < count - 1; node++)
        {
            var first = TakeSmaller(items, node, ref leaf, ref root);
            var second = TakeSmaller(items, node, ref leaf, ref root);
            items[node] = first + second;
        }

        // Each inner node now refers to its parent: the depths are computed from the root down, then for the leaves.
        items[count - 2] = 0;
        for (var node = count - 3; node >= 0; node--)
        {
            items[node] = items[items[node]] + 1;
        }

        int available = 1, depth = 0, inner = count - 2, next = count - 1;
        while (available > 0)
        {
            var nodes = 0;
            while (inner >= 0 && items[inner] == depth)
            {
                nodes++;
                inner--;
            }

            for (; available > nodes; available--)
            {
                items[next--] = depth;
            }

            available = 2 * nodes;
            depth++;
        }
    }

    // The smaller of the next leaf and the next inner node; an inner node that is taken is replaced by its parent.
    private static int TakeSmaller(Span<int> items, int node, ref int leaf, ref int root)
    {
        if (leaf < items.Length && (root >= node || items[leaf] <= items[root]))
        {
            return items[leaf++];
        }

        var weight = items[root];
        items[root++] = node;
        return weight;
    }

    // Codes that are too long are cut to the limit; then others are made longer until all fit.
    private static void CountLengths(ReadOnlySpan<int> depths, Span<int> perLength)
    {
        perLength.Clear();
        var limit = perLength.Length - 1;
        foreach (var depth in depths)
        {
            perLength[Math.Min(depth, limit)]++;
        }

        var total = 0;
        for (var length = 1; length <= limit; length++)
        {
            total += perLength[length] << (limit - length);
        }

        for (; total > 1 << limit; total--)
        {
            var shorter = limit - 1;
            while (perLength[shorter] == 0)
            {
                shorter--;
            }

            perLength[limit]--;
            perLength[shorter]--;
            perLength[shorter + 1] += 2;
        }
    }

    private static ushort Reverse(int code, int length)
    {
        var reversed = 0;
        for (var bit = 0; bit < length; bit++, code >>= 1)
        {
            reversed = (reversed << 1) | (code & 1);
        }

        return (ushort)reversed;
    }

    private static int SymbolOf(ulong key) => (int)(key & ((1 << SymbolBits) - 1));
}
