namespace ImagePusher.Core.IO;

/// <summary>Stops content that grows out of proportion while it is decompressed.</summary>
/// <param name="subject">The decompressed content, for messages.</param>
/// <param name="ratio">The maximum ratio of decompressed to compressed size.</param>
/// <param name="allowance">The size that is always permitted.</param>
/// <param name="maximum">The maximum number of bytes in any case.</param>
internal readonly struct ExpansionGuard(string subject, int ratio, long allowance, long maximum)
{
    /// <summary>The guard with the default limits.</summary>
    public ExpansionGuard(string subject)
        : this(subject, Limits.ExpansionRatio, Limits.ExpansionAllowance, Limits.TemporaryFile)
    {
    }

    /// <summary>Compares the size of the content with that of its compressed form.</summary>
    /// <param name="read">The compressed bytes that were read; null if the content is not compressed.</param>
    /// <param name="written">The uncompressed bytes so far.</param>
    /// <exception cref="LimitExceededException">The content is larger than the limits.</exception>
    public void Check(long? read, long written)
    {
        if (written > maximum || (read is { } compressed && written > allowance && written / ratio > compressed))
        {
            throw new LimitExceededException(
                $"{subject} grew to {written} bytes while it was decompressed, more than the limits for image archives allow.",
                "If you trust the content, decompress it with another tool first.");
        }
    }
}
