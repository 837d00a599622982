namespace ImagePusher.Core.Encoding;

/// <summary>Tells content that no compressor makes smaller, so that it is stored at once.</summary>
internal static class Entropy
{
    private const int Samples = 16;
    private const int SampleSize = 4096;

    // Already compressed content has 7.97 bits a byte and more; programs and text have 4 to 7.
    private const double Limit = 7.96;

    /// <summary>True if samples from all over the block look random. Depends on the bytes alone, as the result's digest must.</summary>
    public static bool IsIncompressible(ReadOnlySpan<byte> block)
    {
        if (block.Length < Samples * SampleSize * 2)
        {
            return false;
        }

        Span<int> counts = stackalloc int[256];
        counts.Clear();
        var step = (block.Length - SampleSize) / (Samples - 1);
        for (var sample = 0; sample < Samples; sample++)
        {
            foreach (var value in block.Slice(sample * step, SampleSize))
            {
                counts[value]++;
            }
        }

        const double total = Samples * SampleSize;
        var bits = 0.0;
        foreach (var count in counts)
        {
            bits -= count == 0 ? 0 : count / total * Math.Log2(count / total);
        }

        return bits > Limit;
    }
}
