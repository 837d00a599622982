using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Archives.Docker;
using ImagePusher.Core.Archives.Tar;
using ImagePusher.Core.Layout;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Archives;

/// <summary>
/// Writes images to one tar. Nothing exists under the tar's name before <see cref="CompleteAsync"/>; without it the tar is discarded.
/// Blobs are streamed, each once; the same content in the same order results in the same bytes.
/// </summary>
/// <remarks>
/// <para><see cref="ArchiveFormat.Oci"/> never has docker's manifest.json: with it, uncompressed layers would be interpreted as those of a
/// docker archive and compressed at import, and the digest would be lost. Docker before 25 can't load it.</para>
/// <para><see cref="ArchiveFormat.Docker"/> accepts images whose layers are uncompressed; the caller decompresses them. It accepts no index
/// and no artifact.</para>
/// <para>image-spec, image-layout.md; moby, image/spec/v1.2.md.</para>
/// </remarks>
internal sealed class ArchiveWriter : IImageTarget, IAsyncDisposable
{
    private readonly TarFileWriter _tar;
    private readonly ArchiveFormat _format;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Dictionary<Digest, (long Offset, long Length)> _written = [];
    private readonly List<(ImageReference? Name, Manifest Manifest)> _images = [];
    private readonly List<DockerManifestEntry> _docker = [];
    private readonly SparseContent _sparse;

    private ArchiveWriter(string path, ArchiveFormat format, IArchiveContent? content, TarFileWriter tar) =>
        (Description, _format, _sparse, _tar) = (path, format, new SparseContent(content), tar);

    /// <inheritdoc/>
    public string Description { get; }

    /// <summary>1: a tar is written from its start to its end.</summary>
    public int ParallelBlobs => 1;

    /// <summary>Starts a tar, as a temporary file beside <paramref name="path"/>.</summary>
    /// <param name="path">The tar's path; its directory exists.</param>
    /// <param name="format">The format.</param>
    /// <param name="overwrite">True to replace a file of that name once the tar is complete; false by default.</param>
    /// <param name="content">The blobs that an OCI archive omits; null for none.</param>
    /// <exception cref="DestinationConflictException">A file of that name exists and must not be replaced.</exception>
    /// <exception cref="PathNotFoundException">The directory does not exist.</exception>
    /// <exception cref="AccessDeniedException">The file can't be created.</exception>
    public static ArchiveWriter Create(
        string path, ArchiveFormat format = ArchiveFormat.Oci, bool overwrite = false, IArchiveContent? content = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new ArchiveWriter(path, format, content, new TarFileWriter(path, overwrite));
    }

    /// <inheritdoc/>
    public Task<bool> HasBlobAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        return RunExclusiveAsync(
            () => Task.FromResult(_written.ContainsKey(descriptor.Digest) || _sparse.Omits(descriptor)), cancellationToken);
    }

    string? IImageTarget.PlaceOf(Descriptor descriptor) => _sparse.PlaceOf(descriptor) ?? Description;

    /// <inheritdoc/>
    public Task<Digest?> FindPublishedAsync(ImageReference name, CancellationToken cancellationToken) =>
        RunExclusiveAsync(() => Task.FromResult(_images.Find(image => image.Name == name).Manifest?.Digest), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> TryMountAsync(Descriptor descriptor, CancellationToken cancellationToken) => Task.FromResult(false);

    /// <inheritdoc/>
    public string? MountCandidate(Descriptor descriptor) => null;

    /// <inheritdoc/>
    /// <remarks>
    /// A blob whose digest is not known in advance gets a sha256 digest. Concurrent calls run one after the other; a failed one leaves
    /// nothing.
    /// </remarks>
    public Task<BlobIdentity> WriteBlobAsync(BlobSource blob, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(blob);
        return RunExclusiveAsync(() => AppendAsync(blob, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="UnsupportedContentException">A docker archive can't contain the images of an index.</exception>
    public Task PutManifestAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return _format == ArchiveFormat.Docker
            ? throw DockerImages.Unsuitable(manifest, Description, "part of an index, and a docker archive has one platform per image")
            : RunExclusiveAsync(() => AppendAsync(manifest, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="DestinationConflictException">Another image of this tar has the name.</exception>
    /// <exception cref="UnsupportedContentException">
    /// A docker archive can't contain the manifest: an index, an artifact, foreign layers.
    /// </exception>
    /// <exception cref="ArgumentException">Something that the manifest names was not written before.</exception>
    public Task PublishAsync(Manifest manifest, ImageReference name, Digest? source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(name);
        return RunExclusiveAsync(
            async () =>
            {
                RequireWritten(manifest);
                var known = _images.Find(image => image.Name == name).Manifest;
                if (known is not null && known.Digest != manifest.Digest)
                {
                    throw new DestinationConflictException(
                        $"Two images for '{Description}' are named {name}: {known.Digest} and {manifest.Digest}.",
                        "Rename one of them first.");
                }

                if (known is null)
                {
                    await AddAsync(manifest, name, cancellationToken).ConfigureAwait(false);
                    _images.Add((name, manifest));
                }

                return true;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>A referrer that its subject relates to its image gets no name, as in the layouts of other tools.</remarks>
    Task IImageTarget.PublishReferrerAsync(Manifest manifest, ImageReference name, Digest subject, CancellationToken cancellationToken) =>
        _format == ArchiveFormat.Docker ? throw DockerImages.Unsuitable(manifest, Description, "a referrer, which docker can't load")
        : name.Tag is not null ? PublishAsync(manifest, name, null, cancellationToken)
        : RunExclusiveAsync(
            async () =>
            {
                RequireWritten(manifest);
                await AppendAsync(manifest, cancellationToken).ConfigureAwait(false);
                if (!_images.Exists(image => image.Manifest.Digest == manifest.Digest))
                {
                    _images.Add((null, manifest));
                }

                return true;
            },
            cancellationToken);

    /// <summary>Completes the tar and renames it to its path. No images can be added after that.</summary>
    /// <exception cref="InvalidOperationException">No image was published.</exception>
    /// <exception cref="DestinationConflictException">A file of that name was created in the meantime and must not be replaced.</exception>
    /// <exception cref="InsufficientSpaceException">The disk is full.</exception>
    public Task CompleteAsync(CancellationToken cancellationToken) => RunExclusiveAsync(
        async () =>
        {
            if (_images.Count == 0)
            {
                throw new InvalidOperationException("A tar without images is not an image archive.");
            }

            foreach (var (name, content) in ArchiveIndexWriter.Write(_format, _images, _docker).Concat(_sparse.Files))
            {
                await _tar.AddAsync(name, content, cancellationToken).ConfigureAwait(false);
            }

            await _tar.PublishAsync(cancellationToken).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    /// <summary>Closes the tar and removes it unless it was completed.</summary>
    public async ValueTask DisposeAsync()
    {
        await _tar.DisposeAsync().ConfigureAwait(false);
        _writing.Dispose();
    }

    private void RequireWritten(Manifest manifest)
    {
        if (manifest.References.FirstOrDefault(
            reference => !_written.ContainsKey(reference.Digest) && !_sparse.Omits(reference)
                && !MediaTypes.IsForeign(reference.MediaType)) is { } missing)
        {
            throw new ArgumentException(
                $"{missing.Digest} was not written to '{Description}' before the manifest that names it.", nameof(manifest));
        }
    }

    private async Task<BlobIdentity> AppendAsync(BlobSource blob, CancellationToken cancellationToken)
    {
        if (blob.Digest is { } digest && _written.TryGetValue(digest, out var known))
        {
            return new BlobIdentity(digest, known.Length);
        }

        BlobIdentity identity = default;
        var offset = await _tar.AddAsync(
            blob.Digest is null ? null : LayoutPaths.BlobName(blob.Digest),
            async (stream, stop) =>
            {
                identity = await blob.WriteToAsync(stream, 0, stop).ConfigureAwait(false);
                return _written.ContainsKey(identity.Digest) ? null : LayoutPaths.BlobName(identity.Digest);
            },
            cancellationToken).ConfigureAwait(false);
        _written.TryAdd(identity.Digest, (offset, identity.Size));
        return identity;
    }

    private async Task<bool> AppendAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        if (!_written.ContainsKey(manifest.Digest))
        {
            var name = LayoutPaths.BlobName(manifest.Digest);
            var offset = await _tar.AddAsync(name, manifest.Raw, cancellationToken).ConfigureAwait(false);
            _written.Add(manifest.Digest, (offset, manifest.Raw.Length));
        }

        return true;
    }

    private async Task AddAsync(Manifest manifest, ImageReference name, CancellationToken cancellationToken)
    {
        if (_format == ArchiveFormat.Oci)
        {
            await AppendAsync(manifest, cancellationToken).ConfigureAwait(false);
            return;
        }

        var image = DockerImages.Require(manifest, Description);
        var (offset, length) = _written[image.Config.Digest];
        if (length > ImageConfig.MaximumSize)
        {
            throw new LimitExceededException(
                $"The config {image.Config.Digest} has {length} bytes; at most {ImageConfig.MaximumSize} are read.",
                "Write the image in the OCI format.");
        }

        var config = ImageConfig.Parse(await _tar.ReadAsync(offset, (int)length, cancellationToken).ConfigureAwait(false));
        if (!config.DiffIds.SequenceEqual(image.Layers.Select(layer => layer.Digest)))
        {
            throw DockerImages.Unsuitable(manifest, Description, "an image whose layers do not match the diff IDs in its config");
        }

        _docker.Add(new DockerManifestEntry(
            LayoutPaths.BlobName(image.Config.Digest),
            name.Tag is null ? [] : [$"{name.Name}:{name.Tag}"],
            [.. image.Layers.Select(layer => LayoutPaths.BlobName(layer.Digest))],
            new Dictionary<Digest, Descriptor>()));
    }

    private async Task<T> RunExclusiveAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }
}
