namespace ImagePusher.Core.Compression.Deflate;

/// <summary>
/// Compresses content to deflate blocks that end on a byte boundary. The same content and level result in the same bytes on every
/// platform, processor and runtime. An encoder is used by one thread at a time.
/// </summary>
/// <param name="matcher">Finds repeated content.</param>
internal sealed class DeflateEncoder(Matcher matcher)
{
    /// <summary>The version of the results: increased whenever any content results in other bytes than before.</summary>
    public const int Version = 1;

    private readonly TokenBuffer _tokens = new(matcher.BlockTokens);
    private readonly BlockWriter _blocks = new();

    /// <summary>Creates the encoder of a level of gzip.</summary>
    public DeflateEncoder(int level)
        : this(Matcher.Create(level))
    {
    }

    /// <summary>Discards all content except the content before a position, which the receiver has.</summary>
    /// <param name="bytes">The memory that holds the content.</param>
    /// <param name="first">The first byte that a match may refer to.</param>
    /// <param name="start">The end of the content before.</param>
    public void Begin(ReadOnlySpan<byte> bytes, int first, int start)
    {
        matcher.Clear();
        matcher.Learn(bytes, first, start);
    }

    /// <summary>The maximum number of bytes that <see cref="Encode"/> may write at any time.</summary>
    public static int MaximumSize(int length) => StoredBlocks.SizeOf(length) + (6 * ((length / Matcher.SmallestBlock) + 2)) + 64;

    /// <summary>Compresses content.</summary>
    /// <param name="bytes">The memory that holds the content and <see cref="Matcher.Slack"/> bytes more.</param>
    /// <param name="first">The first byte that a match may refer to.</param>
    /// <param name="start">The start of the content.</param>
    /// <param name="end">The end.</param>
    /// <param name="destination">Receives the blocks; at least <see cref="MaximumSize"/> bytes.</param>
    /// <returns>The number of bytes written.</returns>
    public int Encode(ReadOnlySpan<byte> bytes, int first, int start, int end, Span<byte> destination)
    {
        var writer = new BitWriter(destination);
        while (start < end)
        {
            _tokens.Count = 0;
            var blockEnd = matcher.Fill(bytes, first, start, end, _tokens);
            _blocks.Write(ref writer, _tokens.Items[.._tokens.Count], bytes[start..blockEnd]);
            start = blockEnd;
        }

        writer.Flush();
        return writer.Position;
    }
}
