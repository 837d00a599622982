using System.Collections.Concurrent;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Cache;
using ImagePusher.Core.IO;
using ImagePusher.Core.Messages;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Bundles;

/// <summary>
/// An image of a sparse archive or bundle as the source of a copy: a blob that the archive omits comes from the cache, or the target
/// has it or mounts it. Content that neither has is an error before anything is sent.
/// </summary>
/// <param name="bundle">The archive or bundle.</param>
/// <param name="name">The name of the image in it.</param>
/// <param name="cache">The cache that may have what it omits.</param>
/// <param name="target">The target of the copy.</param>
internal sealed class SparseSource(Bundle bundle, ImageReference name, ImageCache cache, IImageTarget target) : IReferrerSource
{
    private const int ListedBlobs = 5;

    private readonly ConcurrentDictionary<Digest, bool> _atTarget = new();
    private readonly ConcurrentDictionary<Digest, ImageManifest> _images = new();

    public string Description => bundle.Description;

    /// <summary>The names under which the target may have the repository of a holder; by default the holder's own.</summary>
    public Func<ImageReference, IEnumerable<ImageReference>> PlacesOf { get; init; } = static holder => [holder];

    /// <summary>True, the default, to mount blobs of another repository of the target; false to plan, which changes nothing.</summary>
    public bool MayMount { get; init; } = true;

    /// <summary>Checks whether a repository of the target has a blob, for plans.</summary>
    public Func<ImageReference, Descriptor, CancellationToken, Task<bool>> HasAsync { get; init; } =
        static (_, _, _) => Task.FromResult(true);

    public bool IsRewritable(Descriptor manifest) => bundle.IsRewritable(manifest);

    public async Task<Manifest> ResolveAsync(string nameOrDigest, CancellationToken cancellationToken) =>
        Remember(await bundle.ResolveAsync(nameOrDigest, cancellationToken).ConfigureAwait(false));

    public async Task<Manifest> GetManifestAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        Remember(await bundle.GetManifestAsync(descriptor, cancellationToken).ConfigureAwait(false));

    public Task<IReadOnlyList<Descriptor>> GetReferrersAsync(Digest digest, string? artifactType, CancellationToken cancellationToken) =>
        ((IReferrerSource)bundle).ReferrersIn(name).GetReferrersAsync(digest, artifactType, cancellationToken);

    public Task<IReadOnlyList<TaggedReferrer>> GetTaggedReferrersAsync(Digest digest, CancellationToken cancellationToken) =>
        ((IReferrerSource)bundle).ReferrersIn(name).GetTaggedReferrersAsync(digest, cancellationToken);

    /// <summary>True if the bundle, the cache or the target has the content.</summary>
    /// <exception cref="IncompleteImageException">The bundle left a blob out on purpose, and it is nowhere; nothing was sent.</exception>
    public async Task<bool> ContainsAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        await FindAsync(descriptor, cancellationToken).ConfigureAwait(false)
        || (bundle.IsOmitted(descriptor.Digest) ? throw await MissingAsync(descriptor, cancellationToken).ConfigureAwait(false) : false);

    public async Task<Stream> OpenBlobAsync(Descriptor descriptor, long offset, CancellationToken cancellationToken) =>
        bundle.Holds(descriptor.Digest) ? await bundle.OpenBlobAsync(descriptor, offset, cancellationToken).ConfigureAwait(false)
        : cache.Blobs.Contains(descriptor) ? await cache.OpenUnverifiedAsync(descriptor, offset, cancellationToken).ConfigureAwait(false)
        : throw await MissingAsync(descriptor, cancellationToken).ConfigureAwait(false);

    /// <summary>Records a manifest whose blobs may be asked for, so that an error names all that are missing.</summary>
    public Manifest Remember(Manifest manifest)
    {
        if (manifest is ImageManifest image)
        {
            _images[image.Digest] = image;
        }

        return manifest;
    }

    private async Task<bool> FindAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        await bundle.ContainsAsync(descriptor, cancellationToken).ConfigureAwait(false)
        || (descriptor.IsManifest
            ? bundle.Holds(descriptor.Digest) && await IsCompleteAsync(descriptor, cancellationToken).ConfigureAwait(false)
            : await IsAvailableAsync(descriptor, cancellationToken).ConfigureAwait(false));

    private async Task<bool> IsCompleteAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        var image = await GetManifestAsync(descriptor, cancellationToken).ConfigureAwait(false) as ImageManifest;
        foreach (var reference in image?.References ?? [])
        {
            if (!await ContainsAsync(reference, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        return image is not null;
    }

    private async Task<bool> IsAvailableAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        var isFound = cache.Blobs.Contains(blob) || _atTarget.ContainsKey(blob.Digest)
            || await target.HasBlobAsync(blob, cancellationToken).ConfigureAwait(false)
            || await TryMountAsync(blob, cancellationToken).ConfigureAwait(false);
        return isFound && (_atTarget[blob.Digest] = true);
    }

    private async Task<bool> TryMountAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        if (!MayMount)
        {
            return target.MountCandidate(blob) is not null || await CanMountAsync(blob, cancellationToken).ConfigureAwait(false);
        }

        foreach (var place in bundle.HoldersOf(blob.Digest).SelectMany(Places).Distinct())
        {
            target.SuggestOrigin(place, [blob]);
        }

        for (var count = 0; target.MountCandidate(blob) is not null && count < Limits.BlobHolders; count++)
        {
            if (await target.TryMountAsync(blob, cancellationToken).ConfigureAwait(false))
            {
                return true;
            }
        }

        return false;
    }

    private async Task<bool> CanMountAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        foreach (var place in bundle.HoldersOf(blob.Digest).SelectMany(Places).Distinct().Take(Limits.BlobHolders))
        {
            if (await HasAsync(place, blob, cancellationToken).ConfigureAwait(false))
            {
                target.SuggestOrigin(place, [blob]);
                return true;
            }
        }

        return false;
    }

    private IEnumerable<ImageReference> Places(BlobHolder holder) =>
        ImageReference.TryParse($"{holder.Repository}@{holder.Image}", out var reference) ? PlacesOf(reference) : [];

    private async Task<IncompleteImageException> MissingAsync(Descriptor first, CancellationToken cancellationToken)
    {
        var blobs = new List<Descriptor> { first };
        foreach (var blob in _images.Values.Where(image => image.References.Any(reference => reference.Digest == first.Digest))
            .SelectMany(image => image.References).DistinctBy(reference => reference.Digest).Where(blob => blob.Digest != first.Digest))
        {
            if (!await FindAsync(blob, cancellationToken).ConfigureAwait(false))
            {
                blobs.Add(blob);
            }
        }

        var listed = string.Join(", ", blobs.Take(ListedBlobs).Select(blob => $"{blob.Digest} ({blob.Size} bytes)"));
        var more = blobs.Count > ListedBlobs ? $" and {blobs.Count - ListedBlobs} more" : "";
        var holders = blobs.SelectMany(blob => bundle.HoldersOf(blob.Digest)).Select(holder => $"{holder.Repository}@{holder.Image}")
            .Distinct().Take(ListedBlobs).ToList();
        var them = blobs.Count > 1 ? "them" : "it";
        var baseline = holders.Count > 0
            ? $" The bundle leaves {them} out because its baseline has {them} in {string.Join(", ", holders)}." : "";
        var places = ReferenceEquals(cache, target) ? $" and {target.Description}" : $", {cache.Description} and {target.Description}";
        return new IncompleteImageException(
            TerminalText.Escape(
                $"The image {name} of '{Description}' is incomplete: the bundle{places} do not have {listed}{more}.{baseline}"),
            "Bring the images of the baseline first, or create the bundle again with what is missing.")
        { IsArchive = true };
    }
}
