using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>The cache's blobs: each a file named by its digest, put in place by rename once it is whole and on the disk.</summary>
/// <remarks>image-spec, image-layout.md#blobs.</remarks>
public sealed class BlobStore
{
    private readonly CacheLayout _layout;
    private readonly CacheLock _lock;
    private readonly CacheOptions _options;
    private readonly PartialBlobs _partials;

    internal BlobStore(CacheLayout layout, CacheLock cacheLock, CacheOptions options)
    {
        (_layout, _lock, _options) = (layout, cacheLock, options);
        _partials = new PartialBlobs(this, layout, cacheLock, options);
    }

    /// <summary>Where a blob of this digest lies, or would.</summary>
    public string PathOf(Digest digest)
    {
        ArgumentNullException.ThrowIfNull(digest);
        return _layout.BlobFile(digest);
    }

    /// <summary>A blob's size in bytes; null if it is not there.</summary>
    public long? SizeOf(Digest digest) => FileLength.Of(new FileInfo(PathOf(digest)));

    /// <summary>True if the blob is there with its size. Its bytes are not read.</summary>
    public bool Contains(Descriptor descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        return SizeOf(descriptor.Digest) == descriptor.Size;
    }

    /// <summary>
    /// True if every blob is there, and then keeps them from the garbage collection for the grace period from now on:
    /// what to ask before a blob is reused for a new image.
    /// </summary>
    public async Task<bool> ReserveAsync(IReadOnlyCollection<Descriptor> blobs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(blobs);
        if (!blobs.All(Contains))
        {
            return false;
        }

        var now = _options.TimeProvider.GetUtcNow();
        var stale = blobs.Where(blob => now - File.GetLastWriteTimeUtc(PathOf(blob.Digest)) > _options.GracePeriod / 4).ToList();
        if (stale.Count == 0)
        {
            return true;
        }

        using var held = await _lock.AcquireAsync(cancellationToken).ConfigureAwait(false);
        if (!stale.TrueForAll(Contains))
        {
            return false;
        }

        foreach (var path in stale.Select(blob => PathOf(blob.Digest)))
        {
            CacheErrors.Guard(path, () => File.SetLastWriteTimeUtc(path, now.UtcDateTime));
        }

        return true;
    }

    /// <summary>Opens a blob's bytes at an offset. They are as the disk has them: who reads from the start verifies them.</summary>
    /// <exception cref="CacheCorruptException">The blob is not there, or has another size.</exception>
    public Stream Open(Descriptor descriptor, long offset)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        var path = PathOf(descriptor.Digest);
        var file = CacheErrors.Guard(path, () => File.Exists(path)
            ? new FileStream(path, new FileStreamOptions
            {
                Share = FileShare.ReadWrite | FileShare.Delete,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
                BufferSize = 0,
            })
            : null);
        if (file is null || file.Length != descriptor.Size)
        {
            file?.Dispose();
            throw new CacheCorruptException(
                file is null ? $"The cache {_layout.Root} has no blob {descriptor.Digest}." : $"The blob {path} has not its {descriptor.Size} bytes.",
                "Fetch the image's missing parts again with Repair-CachedImage, or save or import it again.");
        }

        file.Position = offset;
        return file;
    }

    /// <summary>Writes a blob, resumes what an earlier process left of it, and says what it is.</summary>
    /// <exception cref="DigestMismatchException">The source gave other bytes than its digest says; nothing of them is kept.</exception>
    /// <exception cref="InsufficientSpaceException">The disk is full; nothing of the blob is kept.</exception>
    public Task<BlobIdentity> WriteAsync(BlobSource blob, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(blob);
        return blob.Digest is null
            ? WriteUnknownAsync(blob, cancellationToken)
            : WriteKnownAsync(blob, blob.Digest, cancellationToken);
    }

    /// <summary>Writes a small blob that is in memory.</summary>
    public async Task WriteAsync(Digest digest, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (await ReserveAsync([new Descriptor("", digest, content.Length)], cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        var partial = await BeginAsync(cancellationToken).ConfigureAwait(false);
        await using (partial.ConfigureAwait(false))
        {
            await partial.Writer.WriteAsync(content, cancellationToken).ConfigureAwait(false);
            await partial.CommitAsync(new BlobIdentity(digest, content.Length), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Begins a blob of which only its writer knows what it will be. It is gone if it is closed before it is committed.</summary>
    public Task<PartialBlob> BeginAsync(CancellationToken cancellationToken) => _partials.CreateAsync(cancellationToken);

    /// <summary>Opens a blob that is written in several goes and is known by an id meanwhile; what it has from before is kept.</summary>
    internal Task<PartialBlob> ContinueAsync(Guid id, CancellationToken cancellationToken) => _partials.ContinueAsync(id, cancellationToken);

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
            _options.Log.Verbose($"{blob.Description}: {offset} bytes are in the cache from before, going on from there.");
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
            // The part was of other bytes than the rest; the message below says what follows.
        }

        _options.Log.Verbose($"{blob.Description}: the {offset} bytes from before did not fit, starting again.");
        partial.Reset();
        return null;
    }

    private static async Task<BlobIdentity> StartAsync(BlobSource blob, Digest digest, PartialBlob partial, CancellationToken cancellationToken)
    {
        var identity = await blob.WriteToAsync(partial.Writer, 0, cancellationToken).ConfigureAwait(false);
        return identity.Digest == digest
            ? identity
            : throw new DigestMismatchException(blob.Description, digest.ToString(), identity.Digest.ToString());
    }
}
