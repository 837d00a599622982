namespace ImagePusher.Core.Compression;

/// <summary>How a format frames a layer whose blocks were compressed one by one, on any thread, and are written in order.</summary>
internal abstract class BlockFormat
{
    /// <summary>The most bytes that a compressed block may have.</summary>
    public abstract int MaximumBlock { get; }

    /// <summary>What stands before the first block.</summary>
    public abstract ReadOnlyMemory<byte> Header { get; }

    /// <summary>Compresses one block; called from several threads at once.</summary>
    /// <returns>The bytes used of <paramref name="destination"/>.</returns>
    public abstract int Compress(ReadOnlySpan<byte> plain, byte[] destination);

    /// <summary>What stands after the last block.</summary>
    /// <param name="crc">CRC-32 of the plain bytes.</param>
    /// <param name="size">The number of plain bytes.</param>
    public abstract ReadOnlyMemory<byte> Trailer(uint crc, long size);

    public static BlockFormat Of(EncodingSettings settings) =>
        settings.Format == LayerFormat.Gzip ? new GzipBlocks(settings.Level) : new ZstdBlocks(settings.Level);
}
