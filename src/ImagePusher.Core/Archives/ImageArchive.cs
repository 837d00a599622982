using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.Archives;

/// <summary>
/// The images of a tar that docker, podman, skopeo or buildkit saved, or of an OCI-layout folder. Opening reads headers,
/// manifests and configs, never layers; layers are then read from where they lie, several at once.
/// </summary>
/// <remarks>image-spec, image-layout.md; moby, image/spec/v1.2.md for docker-save.</remarks>
public sealed class ImageArchive : IImageSource, IAsyncDisposable
{
    private readonly ArchiveFiles _files;
    private readonly ArchiveMetadata _metadata;
    private readonly Dictionary<ImageReference, Manifest> _names = [];
    private readonly Lock _reading = new();
    private long _bytesRead;

    private ImageArchive(ArchiveFiles files, ArchiveMetadata metadata, IReadOnlyList<ArchivedImage> images)
    {
        (_files, _metadata, Images) = (files, metadata, images);
        foreach (var image in images)
        {
            foreach (var name in image.Names)
            {
                _names.TryAdd(name, image.Root);
            }
        }
    }

    /// <summary>The file or folder, as it was given.</summary>
    public string Path => _files.Path;

    /// <summary>The images, at least one, in the archive's order; each digest once.</summary>
    public IReadOnlyList<ArchivedImage> Images { get; }

    /// <summary>
    /// How many bytes of blobs were read through <see cref="OpenBlobAsync"/>, in bytes. Manifests and what opening reads are not
    /// counted, except compressed layers of a docker-save, which opening must hash.
    /// </summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead) + _metadata.LayerBytesRead;

    /// <inheritdoc/>
    public string Description => Path;

    /// <summary>Opens a tar (plain, or gzip or zstd outside) or the folder of an OCI image layout.</summary>
    /// <param name="path">The file or folder. A compressed tar, or one that can't be read by position, is written to a temporary file once.</param>
    /// <param name="options">Limits, log and the folder of the temporary file; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the opening.</param>
    /// <exception cref="InvalidImageArchiveException">There is no such file, it is no image archive, or a damaged one.</exception>
    /// <exception cref="DigestMismatchException">A manifest or config has not the digest by which it is named.</exception>
    /// <exception cref="InsufficientSpaceException">The temporary file can't be written.</exception>
    public static async Task<ImageArchive> OpenAsync(string path, ArchiveOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(path);
        options ??= ArchiveOptions.Default;
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
        {
            throw ArchiveProblem.Unreadable(path, new FileNotFoundException());
        }

        if (Directory.Exists(path))
        {
            return await ReadAsync(() => new FolderFiles(path), options, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 0, FileOptions.Asynchronous);
            await using (file.ConfigureAwait(false))
            {
                if (!IsPlainTar(file, path))
                {
                    return await OpenAsync(file, path, options, cancellationToken).ConfigureAwait(false);
                }
            }

            var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.Asynchronous);
            return await ReadAsync(() => TarFiles.Read(handle, path, options, cancellationToken), options, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw ArchiveProblem.Unreadable(path, error);
        }
    }

    /// <summary>Opens a tar that comes as a stream, such as standard input. It is written to a temporary file once.</summary>
    /// <param name="input">The tar, plain, gzip or zstd, from its start; read to its end and not closed.</param>
    /// <param name="name">What to call it in messages; images without a name are named after it.</param>
    /// <param name="options">Limits, log and the folder of the temporary file; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the opening.</param>
    /// <exception cref="InvalidImageArchiveException">It is no image archive, or a damaged one.</exception>
    /// <exception cref="DigestMismatchException">A manifest or config has not the digest by which it is named.</exception>
    /// <exception cref="InsufficientSpaceException">The temporary file can't be written.</exception>
    public static async Task<ImageArchive> OpenAsync(Stream input, string name, ArchiveOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        options ??= ArchiveOptions.Default;
        var spooled = await new Spool(name, options).WriteAsync(input, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(() => TarFiles.Read(spooled, name, options, cancellationToken), options, cancellationToken).ConfigureAwait(false);
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
            $"'{Path}' has no image '{nameOrDigest}'.",
            $"It has {string.Join(", ", Images.SelectMany(image => image.Names).Take(10))}.");
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
    /// <remarks>A manifest is there if all that it names is.</remarks>
    public Task<bool> ContainsAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        return Task.FromResult(!_metadata.Incomplete.Contains(descriptor.Digest)
            && (_metadata.FindBlob(descriptor.Digest) is not null || FindManifest(descriptor.Digest) is not null));
    }

    /// <inheritdoc/>
    public bool IsRewritable(Descriptor manifest) => Images.Any(image => image.IsDockerSave && image.Root.Descriptor == manifest);

    /// <inheritdoc/>
    public Task<Stream> OpenBlobAsync(Descriptor descriptor, long offset, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        cancellationToken.ThrowIfCancellationRequested();
        var file = _metadata.FindBlob(descriptor.Digest)
            ?? throw ArchiveProblem.Damaged(Path, $"the blob {descriptor.Digest} ({descriptor.MediaType}) is missing");
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return Task.FromResult(_files.Open(file, Math.Min(offset, file.Length), count => Interlocked.Add(ref _bytesRead, count)));
    }

    /// <summary>Closes the archive; a temporary file is gone with it.</summary>
    public ValueTask DisposeAsync()
    {
        _files.Dispose();
        return ValueTask.CompletedTask;
    }

    private Manifest? FindManifest(Digest digest)
    {
        lock (_reading)
        {
            return _metadata.FindManifest(digest);
        }
    }

    private static bool IsPlainTar(FileStream file, string path)
    {
        if (!file.CanSeek)
        {
            return false;
        }

        var head = new byte[FileFormats.HeadLength];
        var length = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        file.Position = 0;
        return length == 0
            ? throw ArchiveProblem.NoImage(path, "it is empty")
            : FileFormats.Of(head.AsSpan(0, length)) == FileFormat.Tar;
    }

    // Reading headers and manifests is many small synchronous reads of a local file.
    private static Task<ImageArchive> ReadAsync(Func<ArchiveFiles> open, ArchiveOptions options, CancellationToken cancellationToken) =>
        Task.Run(
            () =>
            {
                var files = open();
                try
                {
                    var metadata = new ArchiveMetadata(files, options, cancellationToken);
                    var images = new ArchiveNames(files.Path, options.Log).Name(ArchiveContents.Read(files, metadata));
                    var archive = new ImageArchive(files, metadata, images);
                    files = null;
                    return archive;
                }
                finally
                {
                    files?.Dispose();
                }
            },
            CancellationToken.None);
}
