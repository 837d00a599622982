namespace ImagePusher.Core.Registry;

/// <summary>
/// The limits on input from a registry before a <see cref="LimitExceededException"/> ends the operation. Each value is far above
/// what real registries send.
/// </summary>
internal sealed record RegistryLimits
{
    /// <summary>The limits of every client that sets no others.</summary>
    public static RegistryLimits Default { get; } = new();

    /// <summary>
    /// The largest OCI-Chunk-Min-Length that is accepted, in bytes: a chunk is kept in memory until it has arrived. The default is
    /// 64 MiB.
    /// </summary>
    public long ChunkLength { get; init; } = 64 * 1024 * 1024;

    /// <summary>The maximum number of pages of a list of tags, repositories or referrers. The default is 10,000.</summary>
    public int Pages { get; init; } = 10_000;

    /// <summary>The maximum number of pages in succession without a new entry. The default is 10.</summary>
    public int EmptyPages { get; init; } = 10;

    /// <summary>The maximum number of bytes of one page of a list. The default is 16 MiB.</summary>
    public int PageLength { get; init; } = 16 * 1024 * 1024;

    /// <summary>The maximum number of bytes of all pages of a list. The default is 256 MiB.</summary>
    public long ListLength { get; init; } = 256 * 1024 * 1024;

    /// <summary>The longest time that waiting for all pages of a list may take. The default is 24 hours.</summary>
    public TimeSpan ListTime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The maximum number of manifests of an index whose existence is checked at a target: 10,000.</summary>
    public int ManifestsPerIndex { get; init; } = 10_000;

    /// <summary>The time for which a manifest or page may arrive at any speed. The default is 30 seconds.</summary>
    public TimeSpan SlowBodyTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The least average speed of a manifest or page after that time, in bytes a second. The default is 1,024.</summary>
    public int SlowBodyBytesPerSecond { get; init; } = 1024;

    /// <summary>
    /// The bytes of a blob that must arrive within the idle time; a connection with fewer counts as silent. The default is 4 KiB.
    /// </summary>
    public int SlowBlobLength { get; init; } = 4 * 1024;

    /// <summary>
    /// The bytes of a blob that must arrive over one or more connections before lost connections are counted from the start again.
    /// The default is 64 KiB.
    /// </summary>
    public long RetryRenewalLength { get; init; } = 64 * 1024;

    /// <summary>The maximum number of connections that can be lost in succession while fewer bytes of a download arrive. The default is
    /// 10.</summary>
    public int LossesWithoutProgress { get; init; } = 10;

    /// <summary>The maximum number of warnings of a registry's responses that are repeated in a session. The default is 10.</summary>
    public int Warnings { get; init; } = 10;

    /// <summary>The maximum number of corrections of the offset of one chunk by 416. The default is 3.</summary>
    public int OffsetCorrections { get; init; } = 3;
}
