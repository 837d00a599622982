using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>
/// All content that a manifest refers to, down to the layers, and whether it is in the cache. Each manifest is read once.
/// </summary>
internal sealed class ImageWalk
{
    private readonly HashSet<Digest> _seen = [];
    private readonly HashSet<Digest> _read = [];
    private readonly HashSet<Digest> _missing = [];
    private readonly Stack<Descriptor> _waiting = new();
    private long _bytes;
    private readonly BlobStore _blobs;
    private readonly CachedManifestReader _manifests;

    private ImageWalk(BlobStore blobs, CachedManifestReader manifests) => (_blobs, _manifests) = (blobs, manifests);

    /// <summary>Each blob once, the manifest itself first; foreign layers that are not in the cache are omitted.</summary>
    public List<Descriptor> Blobs { get; } = [];

    /// <summary>The manifests that could be read, with the descriptors that refer to them.</summary>
    public List<(Descriptor Descriptor, Manifest Manifest)> Manifests { get; } = [];

    /// <summary>The missing content, or content with another size.</summary>
    public List<Descriptor> Missing { get; } = [];

    /// <summary>Manifests that exist and cannot be read, with the reason.</summary>
    public List<DamagedBlob> Damaged { get; } = [];

    public bool IsComplete => Missing.Count == 0 && Damaged.Count == 0;

    /// <summary>Walks from a descriptor whose content may be in the cache.</summary>
    public static ImageWalk From(Descriptor root, BlobStore blobs, CachedManifestReader manifests)
    {
        var walk = new ImageWalk(blobs, manifests);
        walk._waiting.Push(root);
        walk.Run();
        return walk;
    }

    /// <summary>Walks from a manifest that need not be in the cache itself.</summary>
    public static ImageWalk From(Manifest root, BlobStore blobs, CachedManifestReader manifests)
    {
        var walk = new ImageWalk(blobs, manifests);
        walk._seen.Add(root.Digest);
        walk._read.Add(root.Digest);
        walk.Blobs.Add(root.Descriptor);
        walk.Enter(root.Descriptor, root);
        walk.Run();
        return walk;
    }

    // Without recursion, because the depth of nested indexes is not trusted.
    private void Run()
    {
        while (_waiting.TryPop(out var descriptor))
        {
            Visit(descriptor);
        }
    }

    private void Visit(Descriptor descriptor)
    {
        // A foreign layer need not exist, whether its descriptor has URLs or not.
        if (MediaTypes.IsForeign(descriptor.MediaType) && !_blobs.Contains(descriptor))
        {
            return;
        }

        var isNew = _seen.Add(descriptor.Digest);
        if (isNew)
        {
            Blobs.Add(descriptor);
        }

        // The same content may be referred to as data before and as a manifest here; then its references count.
        var isManifest = MediaTypes.IsIndex(descriptor.MediaType) || MediaTypes.IsManifest(descriptor.MediaType)
            || descriptor.MediaType.Length == 0;
        if (!isNew && !isManifest)
        {
            return;
        }

        if (!_blobs.Contains(descriptor))
        {
            Miss(descriptor);
        }
        else if (isManifest && _read.Add(descriptor.Digest))
        {
            VisitManifest(descriptor);
        }
    }

    private void VisitManifest(Descriptor descriptor)
    {
        try
        {
            Read(descriptor);
        }
        catch (Exception first) when (first is CacheCorruptException or UnsupportedContentException)
        {
            // A second time, after its time was read: a later call can then detect a change of the file.
            var written = File.GetLastWriteTimeUtc(_blobs.PathOf(descriptor.Digest));
            try
            {
                Read(descriptor);
            }
            catch (Exception error) when (error is CacheCorruptException or UnsupportedContentException)
            {
                Damaged.Add(new DamagedBlob(descriptor, error.Message) { Written = written });
            }
        }
    }

    private void Read(Descriptor descriptor)
    {
        // Other tools may leave the type out, of a layer too.
        var isUntyped = descriptor.MediaType.Length == 0;
        var found = isUntyped ? _manifests.ReadIfManifest(descriptor.Digest) : _manifests.Read(descriptor.Digest, descriptor.MediaType);
        if (found is { } manifest)
        {
            Enter(descriptor, manifest);
        }
        else if (!isUntyped)
        {
            Miss(descriptor);
        }
    }

    private void Miss(Descriptor descriptor)
    {
        if (_missing.Add(descriptor.Digest))
        {
            Missing.Add(descriptor);
        }
    }

    private void Enter(Descriptor descriptor, Manifest manifest)
    {
        _bytes += manifest.Raw.Length;
        if (Manifests.Count >= CacheLimits.ManifestsPerImage || _bytes > CacheLimits.ManifestBytesPerImage)
        {
            throw CacheLimits.Exceeded(Manifests[0].Descriptor.Digest);
        }

        Manifests.Add((descriptor, manifest));
        foreach (var child in manifest.References.Reverse())
        {
            _waiting.Push(child);
        }
    }
}
