namespace ImagePusher.TestSupport.RawHttp;

/// <summary>How a body's end is found (RFC 9112, 6).</summary>
internal sealed class BodyFraming
{
    public static readonly BodyFraming Chunked = new();
    public static readonly BodyFraming UntilClose = new();
    public static readonly BodyFraming None = new() { Length = 0 };

    private BodyFraming()
    {
    }

    /// <summary>The length, if it is known at the start.</summary>
    public long? Length { get; private init; }

    public bool IsChunked => ReferenceEquals(this, Chunked);

    public static BodyFraming OfLength(long length) => new() { Length = length };
}
