using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Archives.Docker;
using ImagePusher.Core.Archives.Tar;
using ImagePusher.Core.Layout;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Engines;

/// <summary>
/// Writes a docker archive to a stream that can't be rewound, such as a request: a header needs the size of the content, so layers
/// are written unchanged, compressed or not; docker and podman decompress them.
/// </summary>
/// <param name="stream">The stream.</param>
/// <param name="description">The name of the target in messages.</param>
internal sealed class StreamedDockerArchive(Stream stream, string description) : IImageTarget, IDisposable
{
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly HashSet<Digest> _written = [];
    private readonly List<DockerManifestEntry> _images = [];

    /// <inheritdoc/>
    public string Description => description;

    // Several archives to one engine are several stores.
    /// <inheritdoc/>
    public string Store { get; } = $"{description} {Guid.NewGuid():N}";

    /// <summary>1: a tar is written from its start to its end.</summary>
    public int ParallelBlobs => 1;

    /// <inheritdoc/>
    public Task<bool> HasBlobAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        Task.FromResult(_written.Contains(descriptor.Digest));

    /// <inheritdoc/>
    public Task<Digest?> FindPublishedAsync(ImageReference name, CancellationToken cancellationToken) => Task.FromResult<Digest?>(null);

    /// <inheritdoc/>
    public Task<bool> TryMountAsync(Descriptor descriptor, CancellationToken cancellationToken) => Task.FromResult(false);

    /// <inheritdoc/>
    public string? MountCandidate(Descriptor descriptor) => null;

    /// <inheritdoc/>
    public async Task<BlobIdentity> WriteBlobAsync(BlobSource blob, CancellationToken cancellationToken)
    {
        if (blob is not { Digest: { } digest, Length: { } length })
        {
            throw new InvalidOperationException($"{blob.Description} has no known size, which a streamed tar needs.");
        }

        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await stream.WriteAsync(TarHeaderWriter.Write(LayoutPaths.BlobName(digest), length), cancellationToken).ConfigureAwait(false);
            var identity = await blob.WriteToAsync(stream, 0, cancellationToken).ConfigureAwait(false);
            await PadAsync(length, cancellationToken).ConfigureAwait(false);
            _written.Add(digest);
            return identity;
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <inheritdoc/>
    /// <exception cref="UnsupportedContentException">A docker archive can't contain the images of an index.</exception>
    public Task PutManifestAsync(Manifest manifest, CancellationToken cancellationToken) =>
        throw DockerImages.Unsuitable(manifest, description, "part of an index, and a docker archive has one platform per image");

    /// <inheritdoc/>
    public Task PublishAsync(Manifest manifest, ImageReference name, Digest? source, CancellationToken cancellationToken)
    {
        var image = DockerImages.Require(manifest, description);
        _images.Add(new DockerManifestEntry(
            LayoutPaths.BlobName(image.Config.Digest),
            name.Tag is null ? [] : [$"{name.Name}:{name.Tag}"],
            [.. image.Layers.Select(layer => LayoutPaths.BlobName(layer.Digest))],
            new Dictionary<Digest, Descriptor>()));
        return Task.CompletedTask;
    }

    /// <summary>Writes the list of images and the end of the tar.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        foreach (var (name, content) in ArchiveIndexWriter.Write(ArchiveFormat.Docker, [], _images))
        {
            await stream.WriteAsync(TarHeaderWriter.Write(name, content.Length), cancellationToken).ConfigureAwait(false);
            await stream.WriteAsync(content, cancellationToken).ConfigureAwait(false);
            await PadAsync(content.Length, cancellationToken).ConfigureAwait(false);
        }

        await stream.WriteAsync(new byte[2 * IO.TarChecksum.BlockSize], cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _writing.Dispose();

    private ValueTask PadAsync(long length, CancellationToken cancellationToken) =>
        stream.WriteAsync(new byte[(int)(-length & (IO.TarChecksum.BlockSize - 1))], cancellationToken);
}
