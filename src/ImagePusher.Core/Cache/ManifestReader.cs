using ImagePusher.Core.Oci;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.Cache;

/// <summary>Reads manifests from the blobs and verifies them, every time.</summary>
internal sealed class ManifestReader(BlobStore blobs)
{
    /// <summary>True if a blob is there and too large for a manifest.</summary>
    public bool IsTooLarge(Digest digest) => blobs.SizeOf(digest) > Manifest.MaximumSize;

    /// <summary>A blob's bytes; null if it is not there.</summary>
    /// <exception cref="CacheCorruptException">The blob is not what its digest says, or too large for a manifest.</exception>
    public byte[]? ReadBytes(Digest digest, int maximum = Manifest.MaximumSize)
    {
        var path = blobs.PathOf(digest);
        return CacheErrors.Guard(path, () =>
        {
            using var file = Open(path);
            if (file is null)
            {
                return null;
            }

            var length = RandomAccess.GetLength(file);
            if (length > maximum)
            {
                throw Damaged(digest, $"it has {length} bytes, more than a manifest or config may have");
            }

            var bytes = new byte[length];
            var count = 0;
            for (int read; count < length && (read = RandomAccess.Read(file, bytes.AsSpan(count), count)) > 0; count += read)
            {
            }

            var actual = Digest.Of(bytes.AsSpan(0, count), digest.HashName);
            return actual == digest ? bytes : throw Damaged(digest, $"its digest is {actual}");
        });
    }

    /// <summary>A manifest; null if it is not there.</summary>
    /// <param name="digest">Its digest.</param>
    /// <param name="mediaType">What names it calls it; null where nobody does.</param>
    /// <exception cref="CacheCorruptException">The blob is damaged or no manifest.</exception>
    public Manifest? Read(Digest digest, string? mediaType)
    {
        if (ReadBytes(digest) is not { } bytes)
        {
            return null;
        }

        try
        {
            return Manifest.Parse(bytes, mediaType, digest.HashName);
        }
        catch (FormatException error)
        {
            throw Damaged(digest, error.Message);
        }
    }

    /// <summary>The manifest of a digest that may be any blob's; null if there is none, or it is a layer or config.</summary>
    /// <exception cref="CacheCorruptException">The blob is damaged.</exception>
    public Manifest? ReadIfManifest(Digest digest)
    {
        if (blobs.SizeOf(digest) is null or > Manifest.MaximumSize || ReadBytes(digest) is not { } bytes)
        {
            return null;
        }

        try
        {
            return Manifest.Parse(bytes);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static SafeFileHandle? Open(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private CacheCorruptException Damaged(Digest digest, string why) => new(
        $"The blob {blobs.PathOf(digest)} is damaged or no manifest: {why}.",
        "Fetch the image again with Repair-CachedImage, or remove it with Remove-CachedImage.");
}
