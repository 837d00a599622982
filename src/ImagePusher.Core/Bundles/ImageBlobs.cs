using System.Collections.Concurrent;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Bundles;

/// <summary>Lists the manifests and blobs of images. Each manifest is read once. Calls may be concurrent.</summary>
internal sealed class ImageBlobs
{
    private readonly ConcurrentDictionary<Digest, Lazy<Task<Manifest>>> _read = new();
    private long _bytes;

    /// <summary>All manifests of an image that the source has, the root first.</summary>
    /// <param name="source">The source of the image.</param>
    /// <param name="root">The descriptor of its manifest or index.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="LimitExceededException">The image has more manifests than a copy would read.</exception>
    public async Task<IReadOnlyList<Manifest>> ReadAsync(IImageSource source, Descriptor root, CancellationToken cancellationToken)
    {
        var (seen, manifests) = (new HashSet<Digest> { root.Digest }, new List<Manifest>());
        var waiting = new Queue<Descriptor>([root]);
        var budget = new ManifestBudget(root.Digest, source.Description);
        while (waiting.TryDequeue(out var next))
        {
            var manifest = await GetAsync(source, next, cancellationToken).ConfigureAwait(false);
            budget.Add(manifest);
            manifests.Add(manifest);
            foreach (var child in (manifest as ImageIndex)?.Manifests.Where(entry => entry.IsManifest && seen.Add(entry.Digest)) ?? [])
            {
                if (_read.ContainsKey(child.Digest) || await source.ContainsAsync(child, cancellationToken).ConfigureAwait(false))
                {
                    waiting.Enqueue(child);
                }
            }
        }

        return manifests;
    }

    /// <summary>The manifests and blobs of an image, each once.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public async Task<IReadOnlyList<Descriptor>> ListAsync(IImageSource source, Descriptor root, CancellationToken cancellationToken) =>
    [
        .. (await ReadAsync(source, root, cancellationToken).ConfigureAwait(false))
            .SelectMany(manifest => manifest.References.Prepend(manifest.Descriptor)).DistinctBy(blob => blob.Digest),
    ];

    private async Task<Manifest> GetAsync(IImageSource source, Descriptor descriptor, CancellationToken cancellationToken)
    {
        var reading = _read.GetOrAdd(
            descriptor.Digest, _ => new Lazy<Task<Manifest>>(() => KeepAsync(source, descriptor, cancellationToken)));
        try
        {
            return await reading.Value.ConfigureAwait(false);
        }
        catch (ImagePusherException)
        {
            // Another repository may have it.
            _read.TryRemove(new KeyValuePair<Digest, Lazy<Task<Manifest>>>(descriptor.Digest, reading));
            throw;
        }
    }

    // A registry has more manifests than memory; those of images that follow one another are often the same.
    private async Task<Manifest> KeepAsync(IImageSource source, Descriptor descriptor, CancellationToken cancellationToken)
    {
        var manifest = await source.GetManifestAsync(descriptor, cancellationToken).ConfigureAwait(false);
        if (Interlocked.Add(ref _bytes, manifest.Raw.Length) > TransferLimits.ManifestBytesPerImage)
        {
            _read.Clear();
            Interlocked.Exchange(ref _bytes, 0);
        }

        return manifest;
    }
}
