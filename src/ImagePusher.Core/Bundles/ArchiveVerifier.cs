using System.Buffers;
using ImagePusher.Core.Archives;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Bundles;

/// <summary>Verifies archives and bundles offline: every digest, every part, and their checksum files.</summary>
internal static class ArchiveVerifier
{
    private const int BufferSize = 1024 * 1024;

    /// <summary>Verifies one archive, or the given parts of one bundle.</summary>
    /// <param name="archives">The archive, or the parts in any order.</param>
    /// <param name="cancellationToken">Cancels the verification.</param>
    public static async Task<IReadOnlyList<ArchiveCheck>> VerifyAsync(
        IReadOnlyList<ImageArchive> archives, CancellationToken cancellationToken)
    {
        var bundle = new Bundle(archives);
        var blobs = await ListAsync(bundle, cancellationToken).ConfigureAwait(false);
        var given = archives.Select(archive => archive.Bundle?.Number).ToHashSet();
        var missingParts = archives[0].Bundle is { } table
            ? table.Parts.Where((_, position) => !given.Contains(position + 1)).Select(part => part.File).ToList() : [];
        var missing = missingParts.Count > 0 ? []
            : blobs.Where(blob => !bundle.Holds(blob.Digest) && !bundle.IsOmitted(blob.Digest)).Select(blob => blob.Digest).ToList();
        var checks = new List<ArchiveCheck>();
        foreach (var archive in archives)
        {
            var check = new ArchiveCheck(archive.Path)
            {
                Bundle = archive.Bundle?.Bundle,
                Part = archive.Bundle?.Number ?? 0,
                Images = archive.Images.Count,
                Omitted = archive.Omitted.Count,
            };
            check.MissingParts.AddRange(missingParts);
            check.Missing.AddRange(missing);
            check.Damaged.AddRange(archive.Failures.Select(failure => failure.Message));
            await HashAsync(archive, blobs, check, cancellationToken).ConfigureAwait(false);
            await CompareSumAsync(check, cancellationToken).ConfigureAwait(false);
            checks.Add(check);
        }

        return checks;
    }

    /// <summary>The result for an archive that cannot be read.</summary>
    public static ArchiveCheck Unreadable(string path, ImagePusherException error)
    {
        var check = new ArchiveCheck(path);
        check.Damaged.Add(error.Message);
        return check;
    }

    private static async Task<IReadOnlyList<Descriptor>> ListAsync(Bundle bundle, CancellationToken cancellationToken)
    {
        var reader = new ImageBlobs();
        var all = new Dictionary<Digest, Descriptor>();
        foreach (var root in bundle.Parts.SelectMany(part => part.Images).DistinctBy(image => image.Root.Digest))
        {
            var manifests = await reader.ReadAsync(bundle, root.Root.Descriptor, cancellationToken).ConfigureAwait(false);
            Add(all, manifests);
            await foreach (var referrer in new ReferrerWalk(bundle, null).FindAsync(
                manifests.Select(manifest => manifest.Digest), cancellationToken).ConfigureAwait(false))
            {
                Add(all, await reader.ReadAsync(bundle, referrer.Manifest, cancellationToken).ConfigureAwait(false));
            }
        }

        return [.. all.Values];
    }

    private static void Add(Dictionary<Digest, Descriptor> all, IReadOnlyList<Manifest> manifests)
    {
        foreach (var blob in manifests.SelectMany(manifest => manifest.References.Prepend(manifest.Descriptor)))
        {
            all.TryAdd(blob.Digest, blob);
        }
    }

    private static async Task HashAsync(
        ImageArchive archive, IReadOnlyList<Descriptor> blobs, ArchiveCheck check, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            foreach (var blob in blobs.Where(blob => archive.Holds(blob.Digest)))
            {
                if (!await IsIntactAsync(archive, blob, buffer, cancellationToken).ConfigureAwait(false))
                {
                    check.Damaged.Add(blob.Digest.ToString());
                }

                check.Blobs++;
                check.Bytes += blob.Size;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<bool> IsIntactAsync(
        ImageArchive archive, Descriptor blob, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            // A manifest was verified when it was read; that of a docker archive is not in it.
            var opened = blob.IsManifest && MediaTypes.IsManifest(blob.MediaType) | MediaTypes.IsIndex(blob.MediaType)
                ? new MemoryStream((await archive.GetManifestAsync(blob, cancellationToken).ConfigureAwait(false)).Raw.ToArray())
                : await archive.OpenBlobAsync(blob, 0, cancellationToken).ConfigureAwait(false);
            var content = new VerifyingStream(opened, blob, archive.Path);
            await using (content.ConfigureAwait(false))
            {
                while (await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) > 0)
                {
                }
            }

            return true;
        }
        catch (ImagePusherException error) when (error is DigestMismatchException or InvalidImageArchiveException)
        {
            return false;
        }
    }

    private static async Task CompareSumAsync(ArchiveCheck check, CancellationToken cancellationToken)
    {
        var name = Path.GetFileName(check.Path);
        var expected = Path.GetDirectoryName(check.Path) is { } folder && File.Exists(check.Path)
            ? BundleLists.Read(Path.Combine(folder, BundleFiles.SumsName)).FirstOrDefault(sum => sum.File == name).Hash : null;
        if (expected is not null && await BundleLists.HashAsync(check.Path, cancellationToken).ConfigureAwait(false) != expected)
        {
            check.Damaged.Add($"The file does not match its line in {BundleFiles.SumsName}.");
        }
    }
}
