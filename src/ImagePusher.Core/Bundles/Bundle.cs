using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Bundles;

/// <summary>An archive, or the parts of a bundle together. Every part has all manifests; each layer is in one of them.</summary>
/// <param name="parts">The archives, at least one.</param>
internal sealed class Bundle(IReadOnlyList<ImageArchive> parts) : IReferrerSource, IAsyncDisposable
{
    private readonly ImageArchive _first = parts[0];

    /// <summary>The archive that lists the images.</summary>
    public ImageArchive Index => _first;

    /// <summary>The archives.</summary>
    public IReadOnlyList<ImageArchive> Parts => parts;

    /// <summary>True if blobs of an image may be outside of the archive: in another part, or at the receiver.</summary>
    public bool IsSparse(ArchivedImage image) => parts.Count > 1 || _first.Bundle is not null || _first.Omitted.Count > 0
        || (image.Missing.Count > 0 && !image.IsDockerSave);

    public string Description => parts.Count == 1 ? _first.Path
        : $"{_first.Path} and {parts.Count - 1} more part{(parts.Count > 2 ? "s" : "")}";

    /// <summary>True if it has a manifest or blob, whatever it lacks of what a manifest names.</summary>
    public bool Holds(Digest digest) => PartOf(digest) is not null;

    /// <summary>True if it leaves a blob out because its receiver has it.</summary>
    public bool IsOmitted(Digest digest) => parts.Any(part => part.Omitted.Contains(digest)) && !Holds(digest);

    /// <summary>The images of the receiver that have a blob which is left out.</summary>
    public IReadOnlyList<BlobHolder> HoldersOf(Digest digest) =>
        [.. parts.SelectMany(part => part.Omitted.HoldersOf(digest)).Distinct()];

    public bool IsRewritable(Descriptor manifest) => _first.IsRewritable(manifest);

    public Task<Manifest> ResolveAsync(string nameOrDigest, CancellationToken cancellationToken) =>
        _first.ResolveAsync(nameOrDigest, cancellationToken);

    public Task<Manifest> GetManifestAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        (PartOf(descriptor.Digest) ?? _first).GetManifestAsync(descriptor, cancellationToken);

    public async Task<bool> ContainsAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        foreach (var part in parts)
        {
            if (await part.ContainsAsync(descriptor, cancellationToken).ConfigureAwait(false))
            {
                return true;
            }
        }

        return false;
    }

    public Task<Stream> OpenBlobAsync(Descriptor descriptor, long offset, CancellationToken cancellationToken) =>
        (PartOf(descriptor.Digest) ?? _first).OpenBlobAsync(descriptor, offset, cancellationToken);

    public Task<IReadOnlyList<Descriptor>> GetReferrersAsync(Digest digest, string? artifactType, CancellationToken cancellationToken) =>
        _first.GetReferrersAsync(digest, artifactType, cancellationToken);

    public Task<IReadOnlyList<TaggedReferrer>> GetTaggedReferrersAsync(Digest digest, CancellationToken cancellationToken) =>
        _first.GetTaggedReferrersAsync(digest, cancellationToken);

    IReferrerSource IReferrerSource.ReferrersIn(ImageReference? image) => ((IReferrerSource)_first).ReferrersIn(image);

    public async ValueTask DisposeAsync()
    {
        foreach (var part in parts)
        {
            await part.DisposeAsync().ConfigureAwait(false);
        }
    }

    private ImageArchive? PartOf(Digest digest) => parts.FirstOrDefault(part => part.Holds(digest));
}
