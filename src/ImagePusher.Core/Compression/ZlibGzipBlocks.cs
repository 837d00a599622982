using System.IO.Compression;

namespace ImagePusher.Core.Compression;

/// <summary>gzip by the zlib of the runtime, whose bytes may change with its version. Each block is independent.</summary>
internal sealed class ZlibGzipBlocks(EncodingSettings settings) : GzipBlocks
{
    private readonly ZLibCompressionOptions _options = new() { CompressionLevel = settings.Level };

    // Each piece may start a new run, and a compressed run is never larger than a stored one.
    public override int MaximumBlock { get; } = (settings.BlockSize / Piece) * StoredBlocks.SizeOf(Piece);

    protected override int? Deflate(InputBlock block, int start, int length, Memory<byte> destination)
    {
        var output = new BoundedOutput(destination[..StoredBlocks.SizeOf(length)]);
        using (var deflate = new DeflateStream(output, _options, leaveOpen: true))
        {
            deflate.Write(block.Content.Slice(start, length));
            deflate.Flush();

            // Closing writes a final block, which belongs after the last block of the layer only.
            output.Seal();
        }

        return output.IsFull ? null : output.Count;
    }
}
