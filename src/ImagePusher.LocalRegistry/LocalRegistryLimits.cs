using ImagePusher.Core.Oci;

namespace ImagePusher.LocalRegistry;

/// <summary>What a client can make the registry hold or wait for. docs/security.md lists these values.</summary>
internal static class LocalRegistryLimits
{
    /// <summary>Open connections. One more closes the one that has been idle longest, or is closed itself.</summary>
    public const int Connections = 1000;

    /// <summary>Bytes of a request line with its headers; more is 431.</summary>
    public const int HeadLength = 32 * 1024;

    /// <summary>Header lines of a request; more is 431.</summary>
    public const int HeaderCount = 100;

    /// <summary>Bytes of a chunk's size line and of all trailer lines of a chunked body.</summary>
    public const int ChunkLineLength = 4096;

    /// <summary>Bytes of a manifest; more is 413.</summary>
    public const int ManifestLength = Manifest.MaximumSize;

    /// <summary>Unfinished uploads; one more is 429.</summary>
    public const int Uploads = 100_000;

    /// <summary>Bytes that are read and discarded after an early response, so that it reaches a client that is still sending.</summary>
    public const long DrainLength = 64 * 1024 * 1024;

    /// <summary>Missing blobs that one error response lists.</summary>
    public const int ReportedBlobs = 100;

    /// <summary>Indexes whose children are kept in memory.</summary>
    public const int CachedIndexes = 4096;

    /// <summary>Blobs whose verification is kept in memory.</summary>
    public const int VerifiedBlobs = 65_536;

    /// <summary>How long a connection may wait for its next request.</summary>
    public static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromMinutes(2);

    /// <summary>How long a request line with its headers may take from its first byte to its last.</summary>
    public static readonly TimeSpan HeadTimeout = TimeSpan.FromSeconds(30);

    /// <summary>How long the rest of a request is read after an early response.</summary>
    public static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long a status request waits for a request that holds the upload.</summary>
    public static readonly TimeSpan UploadHandover = TimeSpan.FromSeconds(1);

    /// <summary>How long a file must have been unchanged before its verification is kept: timestamps are no finer than this.</summary>
    public static readonly TimeSpan TimestampResolution = TimeSpan.FromSeconds(2);
}
