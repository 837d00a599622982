using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Archives.Tar;
using ImagePusher.Core.IO;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Archives;

/// <summary>
/// The images of a tar that docker, podman, skopeo or buildkit saved, or of an OCI layout directory. Opening reads headers, manifests and
/// configs, never layers; layers are then read in place, several at once.
/// </summary>
/// <remarks>image-spec, image-layout.md; moby, image/spec/v1.2.md for docker archives.</remarks>
internal sealed class ImageArchive : IReferrerSource, IAsyncDisposable
{
    private readonly ArchiveContainer _container;
    private readonly ArchiveMetadata _metadata;
    private readonly ArchiveReferrers _referrers;
    private readonly Dictionary<ImageReference, Manifest> _names = [];
    private readonly Lock _reading = new();
    private long _bytesRead;

    private ImageArchive(
        ArchiveContainer container,
        ArchiveMetadata metadata,
        IReadOnlyList<ArchivedImage> images,
        ArchiveReader reader)
    {
        (_container, _metadata, Images) = (container, metadata, images);
        (_referrers, Failures, Bundle) = (reader.Referrers, reader.Failures, reader.Bundle);
        foreach (var image in images)
        {
            foreach (var name in image.Names)
            {
                _names.TryAdd(name, image.Root);
            }
        }
    }

    /// <summary>The path of the file or directory, as it was specified.</summary>
    public string Path => _container.Path;

    /// <summary>The images, at least one, in the archive's order; each digest once.</summary>
    public IReadOnlyList<ArchivedImage> Images { get; }

    /// <summary>
    /// The errors of images that could not be read although there are others in <see cref="Images"/> could; empty for nearly all archives.
    /// If no image can be read, opening throws the first of these exceptions.
    /// </summary>
    public IReadOnlyList<ImagePusherException> Failures { get; }

    /// <summary>
    /// The number of bytes of blobs that were read through <see cref="OpenBlobAsync"/>. Manifests and bytes read while opening are not
    /// counted, except compressed layers of a docker archive, which opening must hash.
    /// </summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead) + _metadata.LayerBytesRead;

    /// <inheritdoc/>
    public string Description => Path;

    /// <summary>The part of a bundle that the archive is; null if it is not one.</summary>
    internal BundlePart? Bundle { get; }

    /// <summary>The blobs that the archive omits because its receiver has them.</summary>
    internal OmittedBlobs Omitted => _metadata.Omitted;

    /// <summary>The blobs of an image that the archive omits because its receiver has them.</summary>
    internal IEnumerable<Digest> OmittedOf(ArchivedImage image) => Omitted.Count == 0 ? [] : ManifestsOf(image.Root, [])
        .SelectMany(manifest => manifest.References).Select(reference => reference.Digest).Where(Omitted.Contains).Distinct();

    /// <summary>True if the archive has a manifest or blob, even if content referenced by the manifest is missing.</summary>
    internal bool Holds(Digest digest) => _metadata.FindBlob(digest) is not null || FindManifest(digest) is not null;

    /// <summary>Opens a tar (uncompressed, gzip or zstd) or the directory of an OCI image layout.</summary>
    /// <param name="path">
    /// The file or directory. A compressed tar, a pipe or another file that can't be read by position is written to a temporary file once.
    /// </param>
    /// <param name="options">Limits, log and the directory of the temporary file; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <exception cref="PathNotFoundException">The file or directory does not exist.</exception>
    /// <exception cref="AccessDeniedException">The file may not be read, or the temporary file may not be created.</exception>
    /// <exception cref="InvalidImageArchiveException">It is not an image archive, or a damaged one.</exception>
    /// <exception cref="UnsupportedContentException">It is compressed in a way that is not supported.</exception>
    /// <exception cref="LimitExceededException">It exceeds a limit of the options.</exception>
    /// <exception cref="DigestMismatchException">A manifest or config does not match its digest.</exception>
    /// <exception cref="InsufficientSpaceException">The disk of the temporary file is full.</exception>
    public static async Task<ImageArchive> OpenAsync(
        string path, ArchiveOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        options ??= ArchiveOptions.Default;
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
        {
            throw ArchiveErrors.NotFound(path);
        }

        if (!WindowsFileNames.IsNamedPipe(path) && Directory.Exists(path))
        {
            return await ReadAsync(() => new DirectoryContainer(path), options, cancellationToken).ConfigureAwait(false);
        }

        var file = await ArchiveFile.OpenAsync(path, cancellationToken).ConfigureAwait(false);
        if (!ArchiveFile.IsUncompressedTar(file, path))
        {
            var input = file.CanSeek ? file : (Stream)new CancellableReadStream(file);
            file = await CopyAsync(input, file, path, options, cancellationToken).ConfigureAwait(false);
        }

        return await ReadAsync(() => TarContainer.Open(file, path, options, cancellationToken), options, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Opens a tar that comes as a stream, such as standard input. It is written to a temporary file once.</summary>
    /// <param name="input">The tar, uncompressed, gzip or zstd, from its start; read to its end and not closed.</param>
    /// <param name="name">Its name in messages; images without a name are named after it.</param>
    /// <param name="options">Limits, log and the directory of the temporary file; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <exception cref="InvalidImageArchiveException">It is not an image archive, or a damaged one.</exception>
    /// <exception cref="UnsupportedContentException">It is compressed in a way that is not supported.</exception>
    /// <exception cref="LimitExceededException">It exceeds a limit of the options.</exception>
    /// <exception cref="DigestMismatchException">A manifest or config does not match its digest.</exception>
    /// <exception cref="AccessDeniedException">The temporary file may not be created.</exception>
    /// <exception cref="InsufficientSpaceException">The disk of the temporary file is full.</exception>
    public static async Task<ImageArchive> OpenAsync(
        Stream input, string name, ArchiveOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        options ??= ArchiveOptions.Default;
        var copy = await new TemporaryCopy(name, options).WriteAsync(input, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(() => TarContainer.Open(copy, name, options, cancellationToken), options, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <remarks>A name is a full reference; <c>nginx</c> is docker.io/library/nginx:latest.</remarks>
    public Task<Manifest> ResolveAsync(string nameOrDigest, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var found = Digest.TryParse(nameOrDigest, out var digest) ? FindManifest(digest)
            : ImageReference.TryParse(nameOrDigest, out var name) ? _names.GetValueOrDefault(name)
            : null;
        return found is not null ? Task.FromResult(found) : throw new ManifestNotFoundException(
            $"'{Path}' does not contain the image '{nameOrDigest}'.",
            $"It contains {string.Join(", ", Images.SelectMany(image => image.Names).Take(10))}.");
    }

    /// <inheritdoc/>
    public Task<Manifest> GetManifestAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_reading)
        {
            return Task.FromResult(_metadata.ReadManifest(descriptor));
        }
    }

    /// <inheritdoc/>
    /// <remarks>A manifest is present if everything that it names is.</remarks>
    public Task<bool> ContainsAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        return Task.FromResult(!_metadata.Incomplete.Contains(descriptor.Digest)
            && (_metadata.FindBlob(descriptor.Digest) is not null || FindManifest(descriptor.Digest) is not null));
    }

    private IncompleteImageException Missing(Descriptor blob)
    {
        var text = $"the blob {blob.Digest} ({blob.MediaType})";
        return Bundle is not null || Omitted.Contains(blob.Digest)
            ? ArchiveErrors.LeftOut(Path, text, Omitted.Contains(blob.Digest) ? null : Bundle)
            : ArchiveErrors.Incomplete(Path, $"{text} is missing");
    }

    /// <inheritdoc/>
    public bool IsRewritable(Descriptor manifest) => Images.Any(image => image.IsDockerSave && image.Root.Descriptor == manifest);

    /// <inheritdoc/>
    public Task<Stream> OpenBlobAsync(Descriptor descriptor, long offset, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        cancellationToken.ThrowIfCancellationRequested();
        var file = _metadata.FindBlob(descriptor.Digest) ?? throw Missing(descriptor);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return Task.FromResult(_container.Open(file, Math.Min(offset, file.Length), count => Interlocked.Add(ref _bytesRead, count)));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Descriptor>> GetReferrersAsync(Digest digest, string? artifactType, CancellationToken cancellationToken) =>
        new ArchiveReferrerView(this, _referrers, null).GetReferrersAsync(digest, artifactType, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<TaggedReferrer>> GetTaggedReferrersAsync(Digest digest, CancellationToken cancellationToken) =>
        new ArchiveReferrerView(this, _referrers, null).GetTaggedReferrersAsync(digest, cancellationToken);

    /// <inheritdoc/>
    IReferrerSource IReferrerSource.ReferrersIn(ImageReference? image) => new ArchiveReferrerView(this, _referrers, image);

    /// <summary>Closes the archive and removes its temporary file, if it has one.</summary>
    public ValueTask DisposeAsync()
    {
        _container.Dispose();
        return ValueTask.CompletedTask;
    }

    // Opening read them, down to the limit of their depth; each counts once, however many indexes list it.
    private IEnumerable<Manifest> ManifestsOf(Manifest root, HashSet<Digest> visited) =>
        !visited.Add(root.Digest) ? []
        : root is ImageIndex index
            ? index.Manifests.Select(entry => FindManifest(entry.Digest)).OfType<Manifest>()
                .SelectMany(child => ManifestsOf(child, visited))
        : [root];

    private Manifest? FindManifest(Digest digest)
    {
        lock (_reading)
        {
            return _metadata.FindManifest(digest);
        }
    }

    private static async Task<FileStream> CopyAsync(
        Stream input, FileStream file, string path, ArchiveOptions options, CancellationToken cancellationToken)
    {
        await using (file.ConfigureAwait(false))
        {
            return await new TemporaryCopy(path, options).WriteAsync(input, cancellationToken).ConfigureAwait(false);
        }
    }

    // Reading headers and manifests is many small synchronous reads of a local file.
    private static Task<ImageArchive> ReadAsync(Func<ArchiveContainer> open, ArchiveOptions options, CancellationToken cancellationToken) =>
        Task.Run(
            () =>
            {
                var container = open();
                try
                {
                    var metadata = new ArchiveMetadata(container, options, cancellationToken);
                    var reader = new ArchiveReader(container, metadata, options.Log);
                    var images = new ImageNaming(container.Path, options.Log, options.NeedsNames).Name(reader.Read());
                    var archive = new ImageArchive(container, metadata, images, reader);
                    container = null;
                    return archive;
                }
                finally
                {
                    container?.Dispose();
                }
            },
            CancellationToken.None);
}
