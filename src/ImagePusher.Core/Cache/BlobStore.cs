using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Layout;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>The cache's blobs: each is a file named by its digest, renamed into place once it is complete and on the disk.</summary>
/// <remarks>image-spec, image-layout.md#blobs.</remarks>
internal sealed class BlobStore
{
    private readonly CachePaths _paths;
    private readonly CacheLock _lock;
    private readonly CacheOptions _options;
    private readonly PartialBlobFactory _partials;

    public BlobStore(CachePaths paths, CacheLock cacheLock, CacheOptions options)
    {
        (_paths, _lock, _options) = (paths, cacheLock, options);
        Damaged = new DamagedBlobRegister(paths);
        _partials = new PartialBlobFactory(this, paths, cacheLock, options);
    }

    /// <summary>The blobs whose bytes were found to be wrong.</summary>
    public DamagedBlobRegister Damaged { get; }

    /// <summary>The file of the blob of this digest, whether it exists or not.</summary>
    public string PathOf(Digest digest) => _paths.BlobFile(digest);

    /// <summary>A blob's size in bytes; null if it does not exist.</summary>
    public long? SizeOf(Digest digest) => FileLength.Of(PathOf(digest));

    /// <summary>True if the blob exists with its size. Its bytes are not read.</summary>
    public bool Contains(Descriptor descriptor) => SizeOf(descriptor.Digest) == descriptor.Size;

    /// <summary>True if the blob exists with its size and no verification found it damaged.</summary>
    public bool IsUsable(Descriptor descriptor) => Contains(descriptor) && !Damaged.Contains(descriptor.Digest);

    /// <summary>
    /// Keeps blobs from garbage collection for the grace period from now on. To be called before existing blobs are reused
    /// for a new image.
    /// </summary>
    /// <returns>False if a blob is missing, damaged or cannot be kept: then it must be written.</returns>
    public async Task<bool> ReserveAsync(IReadOnlyCollection<Descriptor> blobs, CancellationToken cancellationToken)
    {
        if (!blobs.All(IsUsable))
        {
            return false;
        }

        var now = _options.TimeProvider.GetUtcNow();
        var stale = blobs.Where(blob => IsStale(blob, now)).ToList();
        if (stale.Count == 0)
        {
            return true;
        }

        using var held = await _lock.AcquireAsync(cancellationToken).ConfigureAwait(false);
        return stale.TrueForAll(IsUsable) && stale.TrueForAll(blob => TryTouch(PathOf(blob.Digest), now));
    }

    /// <summary>Opens a blob at an offset. The bytes are not verified here; a reader that verifies reports damage to the stream.</summary>
    /// <exception cref="IncompleteImageException">The blob does not exist.</exception>
    /// <exception cref="CacheCorruptException">The blob has another size, or is not a regular file.</exception>
    public Stream Open(Descriptor descriptor, long offset)
    {
        var path = PathOf(descriptor.Digest);
        var file = LayoutErrors.Guard(path, () => RegularFile.OpenIfExists(path));
        if (file is null)
        {
            throw CacheErrors.MissingBlob(_paths.Root, descriptor.Digest);
        }

        var length = RandomAccess.GetLength(file);
        if (length != descriptor.Size)
        {
            file.Dispose();
            throw CacheErrors.WrongSize(path, descriptor.Size, length);
        }

        var verification = LayoutErrors.Guard(path, () => BlobVerification.Of(_options, _paths, descriptor.Digest, file));
        return new BlobFileStream(file, offset, () => Damaged.Add(descriptor.Digest), verification);
    }

    /// <summary>Writes a blob; a part that an earlier process left is resumed.</summary>
    /// <returns>The blob's digest and size.</returns>
    /// <exception cref="DigestMismatchException">The source gave bytes of another digest; nothing is kept.</exception>
    /// <exception cref="InsufficientSpaceException">The disk is full; nothing of the blob is kept.</exception>
    public Task<BlobIdentity> WriteAsync(BlobSource blob, CancellationToken cancellationToken) =>
        blob.Digest is null ? WriteUnknownAsync(blob, cancellationToken) : WriteKnownAsync(blob, blob.Digest, cancellationToken);

    /// <summary>Writes a small blob that is in memory.</summary>
    public async Task WriteAsync(Digest digest, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (await ReserveAsync([new Descriptor("", digest, content.Length)], cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        await ReplaceAsync(digest, content, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes a small blob that is in memory, also where a file of its size exists.</summary>
    public async Task ReplaceAsync(Digest digest, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var partial = await BeginAsync(cancellationToken).ConfigureAwait(false);
        await using (partial.ConfigureAwait(false))
        {
            await partial.Writer.WriteAsync(content, cancellationToken).ConfigureAwait(false);
            await partial.CommitAsync(new BlobIdentity(digest, content.Length), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Begins a blob whose digest is known only at its end. It is deleted if it is closed before it is committed.</summary>
    public Task<PartialBlob> BeginAsync(CancellationToken cancellationToken) => _partials.CreateAsync(cancellationToken);

    /// <summary>Opens a blob that is written in several steps under an id; earlier bytes are kept.</summary>
    public Task<PartialBlob> ContinueAsync(Guid id, CancellationToken cancellationToken) => _partials.ContinueAsync(id, cancellationToken);

    private bool IsStale(Descriptor blob, DateTimeOffset now) =>
        now - (FileStatus.Of(PathOf(blob.Digest))?.Modified ?? DateTimeOffset.MinValue) > _options.GracePeriod / 4;

    // A blob that another user of a shared cache wrote may refuse it; it is then written again as our own.
    private bool TryTouch(string path, DateTimeOffset now)
    {
        try
        {
            File.SetLastWriteTimeUtc(path, now.UtcDateTime);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _options.Log.Information($"The time of '{path}' cannot be changed ({DiskErrors.Reason(error)}); the blob is written again.");
            return false;
        }
    }

    private async Task<BlobIdentity> WriteUnknownAsync(BlobSource blob, CancellationToken cancellationToken)
    {
        var partial = await BeginAsync(cancellationToken).ConfigureAwait(false);
        await using (partial.ConfigureAwait(false))
        {
            var identity = await blob.WriteToAsync(partial.Writer, 0, cancellationToken).ConfigureAwait(false);
            await partial.CommitAsync(identity, cancellationToken).ConfigureAwait(false);
            return identity;
        }
    }

    private async Task<BlobIdentity> WriteKnownAsync(BlobSource blob, Digest digest, CancellationToken cancellationToken)
    {
        var (partial, finished) = await _partials.OpenAsync(digest, blob.Length, cancellationToken).ConfigureAwait(false);
        if (partial is null)
        {
            return new BlobIdentity(digest, finished);
        }

        await using (partial.ConfigureAwait(false))
        {
            try
            {
                var identity = await ResumeAsync(blob, digest, partial, cancellationToken).ConfigureAwait(false)
                    ?? await StartAsync(blob, digest, partial, cancellationToken).ConfigureAwait(false);
                await partial.CommitAsync(identity, cancellationToken).ConfigureAwait(false);
                return identity;
            }
            catch (ImagePusherException error) when (error is DigestMismatchException or InsufficientSpaceException)
            {
                await partial.DiscardAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    private async Task<BlobIdentity?> ResumeAsync(BlobSource blob, Digest digest, PartialBlob partial, CancellationToken cancellationToken)
    {
        if (partial.Length == 0)
        {
            return null;
        }

        var offset = partial.Length;
        try
        {
            using var hash = new HashingStream(partial.Writer, digest.HashName);
            await partial.IncludeInAsync(hash, cancellationToken).ConfigureAwait(false);
            _options.Log.Information($"{blob.Description}: resumed at {offset} bytes from an earlier attempt.");
            if (blob.Length is null || offset < blob.Length)
            {
                await blob.WriteToAsync(hash, offset, cancellationToken).ConfigureAwait(false);
            }

            if (hash.Identity.Digest == digest)
            {
                return hash.Identity;
            }
        }
        catch (DigestMismatchException)
        {
            // The earlier bytes belonged to another blob; the message below states the consequence.
        }

        _options.Log.Information($"{blob.Description}: the {offset} bytes from an earlier attempt do not match; starting again.");
        partial.Reset();
        return null;
    }

    private static async Task<BlobIdentity> StartAsync(
        BlobSource blob, Digest digest, PartialBlob partial, CancellationToken cancellationToken)
    {
        var identity = await blob.WriteToAsync(partial.Writer, 0, cancellationToken).ConfigureAwait(false);
        return identity.Digest == digest
            ? identity
            : throw new DigestMismatchException(blob.Description, digest.ToString(), identity.Digest.ToString());
    }
}
