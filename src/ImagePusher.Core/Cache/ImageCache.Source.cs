using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <content>The cache as a source of images.</content>
public sealed partial class ImageCache
{
    /// <summary>Reads a manifest by the name of an image, or by digest.</summary>
    /// <exception cref="ImageNotCachedException">The cache has no image of this name and no manifest of this digest.</exception>
    public Task<Manifest> ResolveAsync(string nameOrDigest, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(nameOrDigest);
        return RunAsync(() => Resolve(nameOrDigest), cancellationToken);
    }

    /// <summary>Reads the manifest of a descriptor, such as an entry of an index, and verifies its digest and size.</summary>
    /// <exception cref="IncompleteImageException">The cache does not have it.</exception>
    /// <exception cref="CacheCorruptException">It is damaged.</exception>
    public Task<Manifest> GetManifestAsync(Descriptor descriptor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        return RunAsync(
            () =>
            {
                var manifest = _manifests.Read(descriptor.Digest, descriptor.MediaType)
                    ?? throw CacheErrors.MissingBlob(Path, descriptor.Digest);
                return manifest.Raw.Length == descriptor.Size
                    ? manifest
                    : throw CacheErrors.WrongSize(Blobs.PathOf(descriptor.Digest), descriptor.Size, manifest.Raw.Length);
            },
            cancellationToken);
    }

    internal Task<bool> ContainsAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        return Task.FromResult(Blobs.Contains(descriptor));
    }

    /// <summary>
    /// Opens a blob at an offset. From the start on the stream verifies size and digest: at its end it throws
    /// <see cref="DigestMismatchException"/> if the bytes are not those of the descriptor. From another offset on it cannot.
    /// </summary>
    /// <exception cref="IncompleteImageException">The cache does not have it.</exception>
    /// <exception cref="CacheCorruptException">It is damaged.</exception>
    public async Task<Stream> OpenBlobAsync(Descriptor descriptor, long offset = 0, CancellationToken cancellationToken = default)
    {
        var stream = await OpenUnverifiedAsync(descriptor, offset, cancellationToken).ConfigureAwait(false);
        return offset == 0 ? new VerifyingStream(stream, descriptor, $"{descriptor.Digest} in {Description}") : stream;
    }

    internal Task<Stream> OpenUnverifiedAsync(Descriptor descriptor, long offset, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        return RunAsync(() => Blobs.Open(descriptor, offset), cancellationToken);
    }

    private Manifest Resolve(string nameOrDigest)
    {
        if (EntryFinder.Find(_index.Read().Entries, nameOrDigest) is { } entry)
        {
            return _manifests.Read(entry.Digest, entry.Descriptor.MediaType)
                ?? throw CacheErrors.MissingManifest(Path, entry.ToString(), entry.Digest);
        }

        return (Digest.TryParse(nameOrDigest, out var digest) ? _manifests.ReadIfManifest(digest) : null)
            ?? throw CacheErrors.NotCached(Path, nameOrDigest);
    }
}
