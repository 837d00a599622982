using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImagePusher.Core.Archives;

/// <summary>How an image archive is opened, and how much a hostile one may cost.</summary>
/// <remarks>
/// With the defaults an open archive never takes more than 512 MiB of memory, whatever its bytes say; an ordinary one takes
/// less than 10 MiB. Layers are never held.
/// </remarks>
public sealed record ArchiveOptions
{
    /// <summary>The defaults.</summary>
    public static ArchiveOptions Default { get; } = new();

    /// <summary>Takes the warnings; silent by default.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;

    /// <summary>
    /// The folder of the temporary file that a compressed tar or standard input is written to; null, the default, for the
    /// system's folder of temporary files.
    /// </summary>
    public string? SpoolFolder { get; init; }

    /// <summary>The most entries that a tar may have; 200,000 by default.</summary>
    public int MaximumEntries { get; init; } = 200_000;

    /// <summary>The most bytes that index.json, manifest.json and all manifests may have together; 32 MiB by default, enough for 10,000 images.</summary>
    public long MaximumMetadataBytes { get; init; } = 32L * 1024 * 1024;

    /// <summary>The most bytes that are written to the temporary file; 256 GiB by default.</summary>
    public long MaximumSpoolBytes { get; init; } = 256L * 1024 * 1024 * 1024;

    /// <summary>
    /// How many times the bytes read so far a compressed tar may have grown to; 200 by default. Counted beyond the first
    /// <see cref="FreeExpansionBytes"/>, so that a small image of zeros opens.
    /// </summary>
    public int MaximumExpansion { get; init; } = 200;

    /// <summary>How many bytes a compressed tar may grow to at any rate; 1 GiB by default.</summary>
    public long FreeExpansionBytes { get; init; } = 1024L * 1024 * 1024;
}
