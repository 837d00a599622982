using ImagePusher.Core.IO;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImagePusher.Core.Archives;

/// <summary>The options and limits for opening an image archive.</summary>
/// <remarks>
/// With the defaults an open archive never uses more than 512 MiB of memory, regardless of its bytes; a typical one uses less than 10 MiB.
/// Layers are never kept in memory.
/// </remarks>
internal sealed record ArchiveOptions
{
    /// <summary>The defaults.</summary>
    public static ArchiveOptions Default { get; } = new();

    /// <summary>Receives warnings; discards them by default.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;

    /// <summary>
    /// True, the default: images without a name are named after the file, with a warning. False: no warning, because the caller names them.
    /// </summary>
    public bool NeedsNames { get; init; } = true;

    /// <summary>
    /// The directory of the temporary file that a compressed tar or a pipe is written to; null, the default, for the system's
    /// directory of temporary files.
    /// </summary>
    public string? TemporaryDirectory { get; init; }

    /// <summary>The maximum number of entries of a tar; 200,000 by default.</summary>
    public int MaximumEntries { get; init; } = Limits.TarEntries;

    /// <summary>
    /// The maximum size of index.json, manifest.json and all manifests together, in bytes; 32 MiB by default, enough for 10,000 images.
    /// </summary>
    public long MaximumMetadataBytes { get; init; } = Limits.ArchiveMetadata;

    /// <summary>The maximum size of the temporary file in bytes; 256 GiB by default.</summary>
    public long MaximumTemporaryBytes { get; init; } = Limits.TemporaryFile;

    /// <summary>
    /// The maximum ratio of decompressed to compressed size of a tar; 200 by default. It applies beyond
    /// <see cref="ExpansionAllowance"/>.
    /// </summary>
    public int MaximumExpansionRatio { get; init; } = Limits.ExpansionRatio;

    /// <summary>The size that a compressed tar may always have uncompressed, in bytes; 1 GiB by default.</summary>
    public long ExpansionAllowance { get; init; } = Limits.ExpansionAllowance;
}
