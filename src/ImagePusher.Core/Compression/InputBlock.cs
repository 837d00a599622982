using ImagePusher.Core.Compression.Deflate;

namespace ImagePusher.Core.Compression;

/// <summary>A block of an uncompressed layer, after the end of the block before, which a compressor may refer to.</summary>
/// <param name="Buffer">The memory: the window, the block and <see cref="Matcher.Slack"/> more bytes of any content.</param>
/// <param name="WindowLength">The bytes of the layer before the block that are there: none, or as many as the window has.</param>
/// <param name="Length">The number of bytes of the block.</param>
internal readonly record struct InputBlock(byte[] Buffer, int WindowLength, int Length)
{
    /// <summary>The start of the block in the buffer.</summary>
    public const int Start = DeflateSymbols.Window;

    /// <summary>The bytes of the block.</summary>
    public ReadOnlySpan<byte> Content => Buffer.AsSpan(Start, Length);

    /// <summary>The size of a buffer for blocks of a size.</summary>
    public static int BufferSize(int blockSize) => Start + blockSize + Matcher.Slack;
}
