using ImagePusher.Core.IO;
using ImagePusher.Core.Layout;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>Reads manifests from the blobs and verifies them, every time.</summary>
internal sealed class CachedManifestReader(BlobStore blobs)
{
    /// <summary>True if a blob exists and is too large for a manifest.</summary>
    public bool IsTooLarge(Digest digest) => blobs.SizeOf(digest) > Manifest.MaximumSize;

    /// <summary>A blob's bytes; null if it does not exist.</summary>
    /// <exception cref="CacheCorruptException">The bytes do not match the digest, or are too many for a manifest.</exception>
    public byte[]? ReadBytes(Digest digest, int maximum = Manifest.MaximumSize)
    {
        var path = blobs.PathOf(digest);
        return LayoutErrors.Guard(path, () => Read(path, digest, maximum));
    }

    /// <summary>A manifest; null if it does not exist.</summary>
    /// <param name="digest">Its digest.</param>
    /// <param name="mediaType">The media type that the referring descriptor gives; null if it gives no type.</param>
    /// <exception cref="CacheCorruptException">The blob is damaged or not a manifest.</exception>
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
        catch (UnsupportedAlgorithmException error)
        {
            throw error.ToError($"The manifest '{blobs.PathOf(digest)}'");
        }
        catch (FormatException error)
        {
            throw Damaged(digest, error.Message);
        }
    }

    /// <summary>The manifest of a digest that may be any blob's; null if it does not exist, or is a layer or config.</summary>
    /// <exception cref="CacheCorruptException">The blob is damaged.</exception>
    public Manifest? ReadIfManifest(Digest digest)
    {
        if (blobs.SizeOf(digest) is null or > Manifest.MaximumSize || ReadBytes(digest) is not { } bytes)
        {
            return null;
        }

        try
        {
            return Manifest.Parse(bytes, null, digest.HashName);
        }
        catch (UnsupportedAlgorithmException error)
        {
            throw error.ToError($"The manifest '{blobs.PathOf(digest)}'");
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private byte[]? Read(string path, Digest digest, int maximum)
    {
        if (FileStatus.Of(path, followLinks: true) is not { } file)
        {
            return null;
        }

        if (file.Size > maximum || RegularFile.ReadAll(path, maximum) is not { } bytes)
        {
            throw Damaged(digest, $"it has {file.Size} bytes, more than the limit of {maximum}");
        }

        var actual = Digest.Of(bytes, digest.HashName);
        if (actual == digest)
        {
            return bytes;
        }

        blobs.Damaged.Add(digest);
        throw Damaged(digest, $"its digest is {actual}");
    }

    private CacheCorruptException Damaged(Digest digest, string reason) => CacheErrors.DamagedManifest(blobs.PathOf(digest), reason);
}
