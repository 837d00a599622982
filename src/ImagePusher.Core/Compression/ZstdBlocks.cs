using ZstdSharp;

namespace ImagePusher.Core.Compression;

/// <summary>zstd: each block is a frame, and a sequence of frames is one zstd file (RFC 8878, 3).</summary>
internal sealed class ZstdBlocks(int level) : BlockFormat
{
    // An empty layer is one frame without content.
    private static readonly byte[] EmptyFrame = [0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x00, 0x01, 0x00, 0x00];

    [ThreadStatic]
    private static Compressor? _compressor;

    public override int MaximumBlock { get; } = Compressor.GetCompressBound(EncodingSettings.LargestBlock);

    public override ReadOnlyMemory<byte> Header => default;

    public override int Compress(InputBlock block, byte[] destination)
    {
        var compressor = _compressor ??= new Compressor();
        compressor.Level = level;
        return compressor.Wrap(block.Content, destination);
    }

    public override ReadOnlyMemory<byte> Trailer(uint crc, long size) => size == 0 ? EmptyFrame : default;
}
