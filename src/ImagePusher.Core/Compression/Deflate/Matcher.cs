namespace ImagePusher.Core.Compression.Deflate;

/// <summary>Finds repeated content: the first of the two passes over a block.</summary>
internal abstract class Matcher
{
    /// <summary>The bytes after the content that may be read. They must be the same each time: they may change the result.</summary>
    public const int Slack = 128;

    /// <summary>The fewest tokens of a block that is not the last.</summary>
    public const int SmallestBlock = 8 * 1024;

    // A longer match continues as the next.
    private const int LongestMatch = 32 * 1024;

    /// <summary>
    /// The tokens of a block. Fewer adapt the codes to the content sooner, but each block needs 30 to 90 bytes for its codes and time
    /// to find them.
    /// </summary>
    public virtual int BlockTokens => 3 * SmallestBlock;

    /// <summary>Creates the matcher of a level of gzip.</summary>
    public static Matcher Create(int level) => level switch
    {
        1 => new SkippingMatcher(),
        2 => new MapMatcher(),
        _ => new BucketMatcher(),
    };

    /// <summary>Discards all content.</summary>
    public abstract void Clear();

    /// <summary>Makes content that was compressed before available for matches.</summary>
    /// <param name="bytes">The memory that holds the content.</param>
    /// <param name="start">The start of the content.</param>
    /// <param name="end">The end.</param>
    public abstract void Learn(ReadOnlySpan<byte> bytes, int start, int end);

    /// <summary>Turns content into tokens until the buffer is full or the content ends.</summary>
    /// <param name="bytes">The memory that holds the content, at least <see cref="Slack"/> bytes more.</param>
    /// <param name="first">The first byte that a match may refer to.</param>
    /// <param name="position">The position to start at.</param>
    /// <param name="end">The end of the content.</param>
    /// <param name="tokens">Receives the tokens.</param>
    /// <returns>The end of the content that the tokens represent.</returns>
    public abstract int Fill(ReadOnlySpan<byte> bytes, int first, int position, int end, TokenBuffer tokens);

    /// <summary>The number of equal bytes from two positions; a little more than to the end if all bytes are equal.</summary>
    protected static nint Equal(ReadOnlySpan<byte> bytes, nint position, nint candidate, int end)
    {
        var limit = Math.Min(position + LongestMatch, end);
        var start = position;
        while (position < limit)
        {
            var equal = RawAccess.EqualBytes(bytes, position, candidate);
            position += equal;
            candidate += equal;
            if (equal < RawAccess.Compared)
            {
                break;
            }
        }

        return position - start;
    }
}
