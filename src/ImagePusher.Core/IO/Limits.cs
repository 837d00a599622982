namespace ImagePusher.Core.IO;

/// <summary>The limits on the size and cost of archives, layouts and sources. docs/security.md lists them.</summary>
internal static class Limits
{
    /// <summary>The maximum number of entries of a tar: 200,000.</summary>
    public const int TarEntries = 200_000;

    /// <summary>The maximum number of characters of all names of a tar: 32 Mi.</summary>
    public const long TarNameCharacters = 32L * 1024 * 1024;

    /// <summary>The maximum number of bytes of an extended tar header, which contains names: 1 MiB.</summary>
    public const int TarExtendedHeader = 1024 * 1024;

    /// <summary>The maximum number of links from an entry of a tar to its content: 40.</summary>
    public const int TarLinks = 40;

    /// <summary>
    /// The maximum number of bytes of index.json, manifest.json and all manifests of an archive together: 32 MiB, enough for 10,000 images.
    /// </summary>
    public const long ArchiveMetadata = 32L * 1024 * 1024;

    /// <summary>The maximum number of bytes of an archive's index.json: 16 MiB; 10,000 images take about 4 MiB.</summary>
    public const int LayoutIndex = 16 * 1024 * 1024;

    /// <summary>The maximum number of bytes of a docker archive's manifest.json: 4 MiB.</summary>
    public const int DockerManifest = 4 * 1024 * 1024;

    /// <summary>The maximum number of bytes of the list of blobs that an archive omits, and of the list of a bundle's parts: 16
    /// MiB.</summary>
    public const int BundleTable = 16 * 1024 * 1024;

    /// <summary>The maximum number of parts of a bundle: 10,000.</summary>
    public const int BundleParts = 10_000;

    /// <summary>The maximum number of repositories that are recorded as holders of a blob which a sparse archive omits: 4.</summary>
    public const int BlobHolders = 4;

    /// <summary>The maximum number of bytes of a document that is copied as a referrer under a signature policy: 128 MiB.</summary>
    public const int Document = 128 * 1024 * 1024;

    /// <summary>The maximum number of images or entries of an archive that cannot be read, each of which is a separate error:
    /// 1,000.</summary>
    public const int UnreadableImages = 1000;

    /// <summary>The maximum number of levels of indexes below an index: 16. Real images have one or two.</summary>
    public const int IndexDepth = 16;

    /// <summary>The maximum number of bytes that are written to a temporary file: 256 GiB.</summary>
    public const long TemporaryFile = 256L * 1024 * 1024 * 1024;

    /// <summary>The maximum ratio of decompressed to compressed size, beyond <see cref="ExpansionAllowance"/>: 200.</summary>
    public const int ExpansionRatio = 200;

    /// <summary>The decompressed size that is always permitted: 1 GiB, so that a small image of zeros can be read.</summary>
    public const long ExpansionAllowance = 1024L * 1024 * 1024;

    /// <summary>The largest window of a zstd frame: 128 MiB (zstd --long=27), the default limit of the reference decoder.</summary>
    public const long ZstdWindow = 128L * 1024 * 1024;
}
