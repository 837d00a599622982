using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Archives.Tar;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Archives;

/// <summary>
/// A planned tar: the target of copies that are planned but not executed. It rejects a path that <see cref="ArchiveWriter"/>
/// would reject and touches nothing. Each blob of several images is planned once, as it would be written.
/// </summary>
internal sealed class PlannedArchive : IImageTarget
{
    private readonly HashSet<Digest> _planned = [];
    private readonly SparseContent _sparse;

    /// <summary>Plans a tar.</summary>
    /// <param name="path">The tar's path.</param>
    /// <param name="overwrite">True to replace a file of that name.</param>
    /// <param name="content">The blobs that an OCI archive would omit; null for none.</param>
    /// <exception cref="DestinationConflictException">A file of that name exists and must not be replaced.</exception>
    /// <exception cref="PathNotFoundException">The directory does not exist.</exception>
    /// <exception cref="InvalidOptionException">The path is a folder.</exception>
    public PlannedArchive(string path, bool overwrite, IArchiveContent? content = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        TarFileWriter.Check(path, overwrite);
        Description = path;
        _sparse = new SparseContent(content);
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <summary>1: a tar is written from its start to its end.</summary>
    public int ParallelBlobs => 1;

    /// <summary>True if an earlier planned image has the blob; the blob is then recorded for this image.</summary>
    public Task<bool> HasBlobAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        lock (_planned)
        {
            return Task.FromResult(!_planned.Add(descriptor.Digest) || _sparse.Omits(descriptor));
        }
    }

    /// <inheritdoc/>
    public Task<Digest?> FindPublishedAsync(ImageReference name, CancellationToken cancellationToken) => Task.FromResult<Digest?>(null);

    /// <inheritdoc/>
    public string? MountCandidate(Descriptor descriptor) => null;

    /// <inheritdoc/>
    public Task<bool> TryMountAsync(Descriptor descriptor, CancellationToken cancellationToken) => Task.FromResult(false);

    /// <inheritdoc/>
    public Task<BlobIdentity> WriteBlobAsync(BlobSource blob, CancellationToken cancellationToken) => throw NotWritten();

    /// <inheritdoc/>
    public Task PutManifestAsync(Manifest manifest, CancellationToken cancellationToken) => throw NotWritten();

    /// <inheritdoc/>
    public Task PublishAsync(Manifest manifest, ImageReference name, Digest? source, CancellationToken cancellationToken) =>
        throw NotWritten();

    private NotSupportedException NotWritten() => new($"'{Description}' is planned, not written.");
}
