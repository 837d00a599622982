namespace ImagePusher.Core.Compression;

/// <summary>Recognizes content that cannot be compressed, so that it is stored without trying.</summary>
internal static class Entropy
{
    private const int Samples = 16;
    private const int SampleSize = 256;
    private const long Total = Samples * SampleSize;

    // The probability that two bytes of the sample are equal, relative to random content. Compressed and encrypted content is below 0.1
    // (above 7.93 bits per byte: a Huffman code gains at most 1 %); programs and text are at 1 or more.
    private const double Excess = 0.1;
    private const long Limit = (long)((Total * (Total - 1) / 256 * (1 + Excess)) + Total);

    /// <summary>
    /// True if samples from across the content look random. The result depends on the bytes alone, since it determines the digest.
    /// </summary>
    public static bool IsIncompressible(ReadOnlySpan<byte> content)
    {
        if (content.Length < Total * 2)
        {
            return false;
        }

        // Two tables, so that equal neighboring bytes do not depend on each other.
        Span<int> even = stackalloc int[256];
        Span<int> odd = stackalloc int[256];
        even.Clear();
        odd.Clear();
        var step = (content.Length - SampleSize) / (Samples - 1);
        for (var sample = 0; sample < Samples; sample++)
        {
            var bytes = content.Slice(sample * step, SampleSize);
            for (var i = 0; i + 1 < bytes.Length; i += 2)
            {
                even[bytes[i]]++;
                odd[bytes[i + 1]]++;
            }
        }

        var squares = 0L;
        for (var value = 0; value < 256; value++)
        {
            long count = even[value] + odd[value];
            squares += count * count;
        }

        return squares <= Limit;
    }
}
