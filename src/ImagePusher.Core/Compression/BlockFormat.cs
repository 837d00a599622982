namespace ImagePusher.Core.Compression;

/// <summary>The framing of blocks, which are compressed on any thread and written in order, in a compression format.</summary>
internal abstract class BlockFormat
{
    /// <summary>The maximum number of bytes that a compressed block may have.</summary>
    public abstract int MaximumBlock { get; }

    /// <summary>The bytes before the first block.</summary>
    public abstract ReadOnlyMemory<byte> Header { get; }

    /// <summary>Compresses one block; called from several threads at once.</summary>
    /// <param name="block">The uncompressed block.</param>
    /// <param name="destination">Receives the compressed block; at least <see cref="MaximumBlock"/> bytes.</param>
    /// <returns>The number of bytes written to <paramref name="destination"/>.</returns>
    public abstract int Compress(InputBlock block, byte[] destination);

    /// <summary>The bytes after the last block.</summary>
    /// <param name="crc">The CRC-32 of the uncompressed bytes.</param>
    /// <param name="size">The number of uncompressed bytes.</param>
    public abstract ReadOnlyMemory<byte> Trailer(uint crc, long size);

    /// <summary>Creates the format for the settings.</summary>
    public static BlockFormat Create(EncodingSettings settings) => settings switch
    {
        { IsPortableGzip: true } => new PortableGzipBlocks(settings),
        { Format: LayerFormat.Gzip } => new ZlibGzipBlocks(settings),
        _ => new ZstdBlocks(settings.Level),
    };
}
