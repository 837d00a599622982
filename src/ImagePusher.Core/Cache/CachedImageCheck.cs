using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using ImagePusher.Core.Layout;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>Checks that cached images are complete and undamaged.</summary>
internal sealed class CachedImageCheck(BlobStore blobs, CachedManifestReader manifests)
{
    private const int BufferSize = 1024 * 1024;

    /// <summary>Checks an image. Manifests are always hashed, everything else if <paramref name="full"/> is set.</summary>
    public async Task<VerifyReport> VerifyAsync(CacheEntry entry, bool full, CancellationToken cancellationToken)
    {
        var walk = ImageWalk.From(entry.Descriptor, blobs, manifests);
        var damaged = new ConcurrentBag<DamagedBlob>(walk.Damaged);
        long bytes = walk.Manifests.SumBytes(pair => pair.Descriptor.Size);
        if (full)
        {
            var checkedAlready = walk.Manifests.Select(pair => pair.Descriptor).Concat(walk.Missing).Concat(
                walk.Damaged.Select(blob => blob.Descriptor))
                .Select(descriptor => descriptor.Digest).ToHashSet();
            await Parallel.ForEachAsync(
                walk.Blobs.Where(blob => !checkedAlready.Contains(blob.Digest)), cancellationToken, async (blob, token) =>
            {
                if (await FindProblemAsync(blob, token).ConfigureAwait(false) is { } problem)
                {
                    damaged.Add(problem);
                }

                Interlocked.Add(ref bytes, blob.Size);
            }).ConfigureAwait(false);
        }

        return new VerifyReport(entry, walk.Missing, [.. damaged], bytes)
        {
            BadFiles = [.. damaged.Select(blob => (blob.Descriptor.Digest, blob.Written)), .. OfAnotherSize(walk.Missing)],
        };
    }

    // Only those that still have another size after their time was read.
    private IEnumerable<(Digest, DateTime)> OfAnotherSize(IEnumerable<Descriptor> missing) => missing
        .Select(blob => (Blob: blob, Written: File.GetLastWriteTimeUtc(blobs.PathOf(blob.Digest))))
        .Where(pair => !blobs.Contains(pair.Blob))
        .Select(pair => (pair.Blob.Digest, pair.Written));

    private async Task<DamagedBlob?> FindProblemAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(blob.Digest.HashName);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        var path = blobs.PathOf(blob.Digest);
        var written = File.GetLastWriteTimeUtc(path);
        try
        {
            var content = blobs.Open(blob, 0);
            await using (content.ConfigureAwait(false))
            {
                await LayoutErrors.GuardAsync(path, async () =>
                {
                    for (int count; (count = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
                    {
                        hash.AppendData(buffer, 0, count);
                    }
                }).ConfigureAwait(false);
            }

            var actual = Digest.FromHash(blob.Digest.HashName, hash.GetHashAndReset());
            if (actual == blob.Digest)
            {
                return null;
            }

            blobs.Damaged.Add(blob.Digest);
            return new DamagedBlob(blob, $"The digest of '{path}' is {actual}.") { Written = written };
        }
        catch (ImagePusherException error) when (error is CacheCorruptException or IncompleteImageException)
        {
            // The disk cannot read it, or it was deleted since it was found.
            return new DamagedBlob(blob, error.Message) { Written = written };
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
