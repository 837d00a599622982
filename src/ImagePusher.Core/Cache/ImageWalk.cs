using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>Everything that a manifest names, down to the layers, and what of it is in the cache.</summary>
internal sealed class ImageWalk
{
    private readonly HashSet<Digest> _seen = [];
    private readonly HashSet<Digest> _entered = [];
    private readonly HashSet<Digest> _missing = [];
    private readonly Stack<Descriptor> _waiting = new();
    private readonly BlobStore _blobs;
    private readonly ManifestReader _manifests;

    private ImageWalk(BlobStore blobs, ManifestReader manifests) => (_blobs, _manifests) = (blobs, manifests);

    /// <summary>Each blob once, the manifest itself first; foreign layers are left out.</summary>
    public List<Descriptor> Blobs { get; } = [];

    /// <summary>The manifests that could be read, with what named them.</summary>
    public List<(Descriptor Descriptor, Manifest Manifest)> Manifests { get; } = [];

    /// <summary>What is not there, or has another size.</summary>
    public List<Descriptor> Missing { get; } = [];

    /// <summary>Manifests that are there and can't be read, and why.</summary>
    public List<DamagedBlob> Damaged { get; } = [];

    public bool IsComplete => Missing.Count == 0 && Damaged.Count == 0;

    /// <summary>Walks from something that the cache may have.</summary>
    public static ImageWalk From(Descriptor root, BlobStore blobs, ManifestReader manifests)
    {
        var walk = new ImageWalk(blobs, manifests);
        walk._waiting.Push(root);
        walk.Run();
        return walk;
    }

    /// <summary>Walks from a manifest that need not be in the cache itself.</summary>
    public static ImageWalk From(Manifest root, BlobStore blobs, ManifestReader manifests)
    {
        var walk = new ImageWalk(blobs, manifests);
        walk._seen.Add(root.Digest);
        walk._entered.Add(root.Digest);
        walk.Blobs.Add(root.Descriptor);
        walk.Enter(root.Descriptor, root);
        walk.Run();
        return walk;
    }

    // Not by recursion: indexes can be nested as deep as somebody likes who wants the process to end.
    private void Run()
    {
        while (_waiting.TryPop(out var descriptor))
        {
            Visit(descriptor);
        }
    }

    private void Visit(Descriptor descriptor)
    {
        var isNew = _seen.Add(descriptor.Digest);
        if (isNew)
        {
            Blobs.Add(descriptor);
        }

        // What was called data before may be called a manifest here, and then what it names counts.
        var isManifest = MediaTypes.IsIndex(descriptor.MediaType) || MediaTypes.IsManifest(descriptor.MediaType);
        if (!isNew && !isManifest)
        {
            return;
        }

        if (!_blobs.Contains(descriptor))
        {
            Miss(descriptor);
        }
        else if (isManifest && _entered.Add(descriptor.Digest))
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
        catch (CacheCorruptException)
        {
            // Once more, after its time was asked: by that one can tell later whether it is still the file that was found damaged.
            var written = File.GetLastWriteTimeUtc(_blobs.PathOf(descriptor.Digest));
            try
            {
                Read(descriptor);
            }
            catch (CacheCorruptException error)
            {
                Damaged.Add(new DamagedBlob(descriptor, error.Message) { Written = written });
            }
        }
    }

    private void Read(Descriptor descriptor)
    {
        if (_manifests.Read(descriptor.Digest, descriptor.MediaType) is { } manifest)
        {
            Enter(descriptor, manifest);
        }
        else
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
        Manifests.Add((descriptor, manifest));
        foreach (var child in manifest.References.Reverse())
        {
            _waiting.Push(child);
        }
    }
}
