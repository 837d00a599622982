using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Archives;

/// <summary>
/// Stands for a tar that may be made, to plan copies to it: it refuses what <see cref="ArchiveWriter"/> would refuse at once,
/// and touches nothing. Several images planned for one tar have each blob written once, as there.
/// </summary>
public sealed class ArchivePlan : IImageTarget
{
    private readonly HashSet<Digest> _planned = [];

    /// <summary>A tar that may be made.</summary>
    /// <param name="path">The tar's path.</param>
    /// <param name="overwrite">True to replace a file of that name.</param>
    /// <exception cref="DestinationConflictException">There is a file of that name, and it may not be replaced.</exception>
    /// <exception cref="InvalidImageArchiveException">The file could not be made.</exception>
    public ArchivePlan(string path, bool overwrite)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        TarOutput.Check(path, overwrite);
        Description = path;
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <summary>1: a tar has one end.</summary>
    public int ParallelBlobs => 1;

    /// <summary>True if an image that was planned before brings the blob; from now on this one does.</summary>
    public Task<bool> HasBlobAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        lock (_planned)
        {
            return Task.FromResult(!_planned.Add(descriptor.Digest));
        }
    }

    /// <inheritdoc/>
    public Task<Digest?> FindPublishedAsync(ImageReference name, CancellationToken cancellationToken) => Task.FromResult<Digest?>(null);

    /// <inheritdoc/>
    public string? MountCandidate(Descriptor descriptor) => null;

    /// <inheritdoc/>
    public Task<bool> TryMountAsync(Descriptor descriptor, CancellationToken cancellationToken) => Task.FromResult(false);

    /// <inheritdoc/>
    public Task<BlobIdentity> WriteBlobAsync(BlobSource blob, CancellationToken cancellationToken) => throw OnlyPlanned();

    /// <inheritdoc/>
    public Task PutManifestAsync(Manifest manifest, CancellationToken cancellationToken) => throw OnlyPlanned();

    /// <inheritdoc/>
    public Task PublishAsync(Manifest manifest, ImageReference name, Digest? source, CancellationToken cancellationToken) => throw OnlyPlanned();

    private NotSupportedException OnlyPlanned() => new($"'{Description}' is only planned.");
}
