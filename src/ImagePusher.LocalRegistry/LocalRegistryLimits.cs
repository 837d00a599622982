using ImagePusher.Core.Oci;

namespace ImagePusher.LocalRegistry;

/// <summary>The limits on memory and time that a client can use. docs/security.md lists these values.</summary>
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

    /// <summary>The maximum time that a connection waits for its next request.</summary>
    public static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromMinutes(2);

    /// <summary>The maximum time to receive a request line with its headers.</summary>
    public static readonly TimeSpan HeadTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The maximum time to read the rest of a request after an early response.</summary>
    public static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The time that a status request waits for another request to the same upload.</summary>
    public static readonly TimeSpan UploadHandover = TimeSpan.FromSeconds(1);

    /// <summary>The minimum age of a file before its verification is recorded: the resolution of timestamps.</summary>
    public static readonly TimeSpan TimestampResolution = TimeSpan.FromSeconds(2);
}
