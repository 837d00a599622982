using ImagePusher.Core.Compression.Deflate;

namespace ImagePusher.Core.Compression;

/// <summary>gzip by the encoder of this library, whose bytes depend on the content and the level only.</summary>
internal sealed class PortableGzipBlocks(EncodingSettings settings) : GzipBlocks
{
    [ThreadStatic]
    private static (int Level, DeflateEncoder? Encoder) _idle;

    // Each piece may start a new run.
    public override int MaximumBlock { get; } = (settings.BlockSize / Piece) * DeflateEncoder.MaximumSize(Piece);

    protected override void Begin(InputBlock block)
    {
        // The bytes after the block must not depend on the previous content of the buffer.
        block.Buffer.AsSpan(InputBlock.Start + block.Length, Matcher.Slack).Clear();
        if (_idle.Level != settings.Level)
        {
            _idle = (settings.Level, new DeflateEncoder(settings.Level));
        }

        _idle.Encoder!.Begin(block.Buffer, InputBlock.Start - block.WindowLength, InputBlock.Start);
    }

    protected override int? Deflate(InputBlock block, int start, int length, Memory<byte> destination)
    {
        var from = InputBlock.Start + start;
        return _idle.Encoder!.Encode(block.Buffer, InputBlock.Start - block.WindowLength, from, from + length, destination.Span);
    }
}
