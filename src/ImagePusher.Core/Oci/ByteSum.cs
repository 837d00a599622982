namespace ImagePusher.Core.Oci;

/// <summary>Adds up sizes that outsiders state.</summary>
internal static class ByteSum
{
    /// <summary>The sum; <see cref="long.MaxValue"/> for one that does not fit 64 bits, for which Sum throws OverflowException.</summary>
    public static long SumBytes<T>(this IEnumerable<T> items, Func<T, long> sizeOf)
    {
        var sum = 0L;
        foreach (var item in items)
        {
            var next = unchecked(sum + sizeOf(item));
            if (next < sum)
            {
                return long.MaxValue;
            }

            sum = next;
        }

        return sum;
    }
}
