using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Archives;

/// <summary>
/// Writes images into one tar. Nothing is there under the tar's name until <see cref="CompleteAsync"/>; without it the tar is
/// dropped. Blobs are streamed, each once; the same content in the same order gives the same bytes.
/// </summary>
/// <remarks>
/// <para><see cref="ArchiveFormat.Oci"/> never has docker's manifest.json: with one, plain layers would be taken for a docker-save
/// and compressed at import, and the digest would be lost. docker before 25 can't load it.</para>
/// <para><see cref="ArchiveFormat.Docker"/> takes images whose layers are plain; who calls decompresses them. It takes no index and
/// no artifact.</para>
/// <para>image-spec, image-layout.md; moby, image/spec/v1.2.md.</para>
/// </remarks>
public sealed class ArchiveWriter : IImageTarget, IAsyncDisposable
{
    private readonly TarOutput _tar;
    private readonly ArchiveFormat _format;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Dictionary<Digest, (long Offset, long Length)> _written = [];
    private readonly List<(ImageReference Name, Manifest Manifest)> _images = [];
    private readonly List<DockerManifest> _docker = [];

    private ArchiveWriter(string path, ArchiveFormat format, TarOutput tar) => (Description, _format, _tar) = (path, format, tar);

    /// <inheritdoc/>
    public string Description { get; }

    /// <summary>1: a tar has one end.</summary>
    public int ParallelBlobs => 1;

    /// <summary>Begins a tar. What it needs of the disk is taken beside <paramref name="path"/>.</summary>
    /// <param name="path">The tar's path; its folder exists.</param>
    /// <param name="format">The form.</param>
    /// <param name="overwrite">True to replace a file of that name once the tar is whole.</param>
    /// <exception cref="DestinationConflictException">There is a file of that name, and it may not be replaced.</exception>
    /// <exception cref="InvalidImageArchiveException">The file can't be made.</exception>
    public static ArchiveWriter Create(string path, ArchiveFormat format, bool overwrite)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new ArchiveWriter(path, format, new TarOutput(path, overwrite));
    }

    /// <inheritdoc/>
    public Task<bool> HasBlobAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        return InTurnAsync(() => Task.FromResult(_written.ContainsKey(descriptor.Digest)), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Digest?> FindPublishedAsync(ImageReference name, CancellationToken cancellationToken) =>
        InTurnAsync(() => Task.FromResult(_images.Find(image => image.Name == name).Manifest?.Digest), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> TryMountAsync(Descriptor descriptor, CancellationToken cancellationToken) => Task.FromResult(false);

    /// <inheritdoc/>
    public string? MountCandidate(Descriptor descriptor) => null;

    /// <inheritdoc/>
    /// <remarks>A blob whose digest is known only at its end is sha256. Calls wait for each other; a failed one leaves nothing.</remarks>
    public Task<BlobIdentity> WriteBlobAsync(BlobSource blob, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(blob);
        return InTurnAsync(() => AppendAsync(blob, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="PlatformNotFoundException">The tar is docker's, and the manifest one of an index.</exception>
    public Task PutManifestAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return _format == ArchiveFormat.Docker
            ? throw NotForDocker(manifest, "one of an index, and a tar of docker's form has one platform an image")
            : InTurnAsync(() => AppendAsync(manifest, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="DestinationConflictException">Another image of this tar has the name.</exception>
    /// <exception cref="PlatformNotFoundException">The tar is docker's, and the manifest an index or an artifact.</exception>
    /// <exception cref="ArgumentException">The tar is docker's, and a layer's digest is not its diff ID; or something that the manifest names was not written.</exception>
    public Task PublishAsync(Manifest manifest, ImageReference name, Digest? source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(name);
        return InTurnAsync(
            async () =>
            {
                if (manifest.References.FirstOrDefault(reference => !_written.ContainsKey(reference.Digest)) is { } lacking)
                {
                    throw new ArgumentException($"{lacking.Digest} was not written to '{Description}' before the manifest that names it.", nameof(manifest));
                }

                var known = _images.Find(image => image.Name == name).Manifest;
                if (known is not null && known.Digest != manifest.Digest)
                {
                    throw new DestinationConflictException(
                        $"Two images for '{Description}' are named {name}: {known.Digest} and {manifest.Digest}.", "Give one of them another name first.");
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

    /// <summary>Ends the tar and gives it its name. Images can't be added after that.</summary>
    /// <exception cref="InvalidOperationException">No image was published.</exception>
    /// <exception cref="DestinationConflictException">There is a file of that name by now, and it may not be replaced.</exception>
    /// <exception cref="InsufficientSpaceException">The disk is full.</exception>
    public Task CompleteAsync(CancellationToken cancellationToken) => InTurnAsync(
        async () =>
        {
            if (_images.Count == 0)
            {
                throw new InvalidOperationException("A tar without images is no image archive.");
            }

            foreach (var (name, content) in ArchiveListing.Of(_format, _images, _docker))
            {
                await _tar.AddAsync(name, content, cancellationToken).ConfigureAwait(false);
            }

            await _tar.PublishAsync(cancellationToken).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    /// <summary>Closes the tar; what was not completed is removed.</summary>
    public async ValueTask DisposeAsync()
    {
        await _tar.DisposeAsync().ConfigureAwait(false);
        _writing.Dispose();
    }

    private async Task<BlobIdentity> AppendAsync(BlobSource blob, CancellationToken cancellationToken)
    {
        if (blob.Digest is { } digest && _written.TryGetValue(digest, out var place))
        {
            return new BlobIdentity(digest, place.Length);
        }

        BlobIdentity identity = default;
        var offset = await _tar.AddAsync(
            blob.Digest is null ? null : ArchiveListing.PathOf(blob.Digest),
            async (stream, stop) =>
            {
                identity = await blob.WriteToAsync(stream, 0, stop).ConfigureAwait(false);
                return _written.ContainsKey(identity.Digest) ? null : ArchiveListing.PathOf(identity.Digest);
            },
            cancellationToken).ConfigureAwait(false);
        _written.TryAdd(identity.Digest, (offset, identity.Size));
        return identity;
    }

    private async Task<bool> AppendAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        if (!_written.ContainsKey(manifest.Digest))
        {
            var offset = await _tar.AddAsync(ArchiveListing.PathOf(manifest.Digest), manifest.Raw, cancellationToken).ConfigureAwait(false);
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

        if (manifest is not ImageManifest { IsImage: true } image)
        {
            throw NotForDocker(manifest, manifest is ImageIndex ? "an index, and a tar of docker's form has one platform an image" : "an artifact, which docker can't load");
        }

        if (image.Layers.Any(layer => MediaTypes.IsForeign(layer.MediaType)))
        {
            throw NotForDocker(manifest, "of layers that only their makers may distribute, which a tar of docker's form can't leave out");
        }

        var (offset, length) = _written[image.Config.Digest];
        var config = ImageConfig.Parse(await _tar.ReadAsync(offset, checked((int)length), cancellationToken).ConfigureAwait(false));
        if (!config.DiffIds.SequenceEqual(image.Layers.Select(layer => layer.Digest)))
        {
            throw new ArgumentException($"The layers of {name} are not the plain ones that its config names.", nameof(manifest));
        }

        _docker.Add(new DockerManifest(
            ArchiveListing.PathOf(image.Config.Digest),
            name.Tag is null ? [] : [$"{name.Name}:{name.Tag}"],
            [.. image.Layers.Select(layer => ArchiveListing.PathOf(layer.Digest))]));
    }

    private PlatformNotFoundException NotForDocker(Manifest manifest, string what) => new(
        $"{manifest.Digest} can't be written to '{Description}': it is {what}.",
        "Write the tar with -Format Oci, or save the image for one platform (-Platform) first.");

    private async Task<T> InTurnAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
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
