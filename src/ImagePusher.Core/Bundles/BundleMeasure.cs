using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Bundles;

/// <summary>A target that stores nothing: it records the content of images before their bundle is divided into parts.</summary>
/// <param name="path">The path of the bundle.</param>
internal sealed class BundleMeasure(string path) : IImageTarget
{
    private readonly Dictionary<Digest, Descriptor> _pending = [];
    private readonly List<(ImageReference? Name, Manifest Manifest)> _listed = [];
    private readonly HashSet<(ImageReference? Name, Digest Digest)> _known = [];

    public string Description => path;

    public int ParallelBlobs => 1;

    /// <summary>The images, with their blobs and those of their referrers.</summary>
    public List<(ImageReference Name, Digest Digest, IReadOnlyList<Descriptor> Blobs)> Images { get; } = [];

    /// <summary>The entries of index.json.</summary>
    public List<(ImageReference? Name, Manifest Manifest)> Listed { get; } = [];

    /// <summary>All manifests, each once.</summary>
    public Dictionary<Digest, Manifest> Manifests { get; } = [];

    /// <summary>Removes the measurements of a failed image.</summary>
    public void Begin()
    {
        _pending.Clear();
        _listed.Clear();
    }

    public Task<bool> HasBlobAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        _pending.TryAdd(descriptor.Digest, descriptor);
        return Task.FromResult(true);
    }

    public Task<Digest?> FindPublishedAsync(ImageReference name, CancellationToken cancellationToken) => Task.FromResult<Digest?>(null);

    public Task<bool> TryMountAsync(Descriptor descriptor, CancellationToken cancellationToken) => Task.FromResult(false);

    // The blob is not written yet, wherever it will be.
    string? IImageTarget.PlaceOf(Descriptor descriptor) => null;

    public string? MountCandidate(Descriptor descriptor) => null;

    public Task<BlobIdentity> WriteBlobAsync(BlobSource blob, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"'{path}' is measured, not written.");

    public Task PutManifestAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        Manifests.TryAdd(manifest.Digest, manifest);
        return Task.CompletedTask;
    }

    Task IImageTarget.PublishReferrerAsync(Manifest manifest, ImageReference name, Digest subject, CancellationToken cancellationToken)
    {
        _listed.Add((name.Tag is null ? null : name, manifest));
        return PutManifestAsync(manifest, cancellationToken);
    }

    public Task PublishAsync(Manifest manifest, ImageReference name, Digest? source, CancellationToken cancellationToken)
    {
        Images.Add((name, manifest.Digest, [.. _pending.Values]));
        _listed.Add((name, manifest));
        Listed.AddRange(_listed.Where(entry => _known.Add((entry.Name, entry.Manifest.Digest))));
        Begin();
        return PutManifestAsync(manifest, cancellationToken);
    }
}
