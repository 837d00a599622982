using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>The description of a cached image, from its manifests and configs. No layer is opened.</summary>
/// <param name="Entry">Its entry in the index.</param>
internal sealed record ImageDetails(CacheEntry Entry)
{
    /// <summary>The platforms, in the index's order; one for an image, none for an artifact. Attestations are omitted.</summary>
    public IReadOnlyList<Platform> Platforms { get; init; } = [];

    /// <summary>The bytes of all blobs of the image, each once, as its manifests give them.</summary>
    public long Size { get; init; }

    /// <summary>
    /// The bytes of <see cref="Size"/> that no other entry of the cache uses; null if only this image was inspected.
    /// </summary>
    public long? UniqueSize { get; init; }

    /// <summary>The layers of an image or artifact; of an index the different layers of all its images.</summary>
    public int LayerCount { get; init; }

    /// <summary>The time at which the image was created, according to its config or annotation; for an index, the latest time of its
    /// images; null if unknown.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>The artifact type; null for an image.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>Each blob once, the manifest itself first; foreign layers that are not in the cache are omitted.</summary>
    public IReadOnlyList<Descriptor> Blobs { get; init; } = [];

    /// <summary>The blobs that the cache does not contain.</summary>
    public IReadOnlyList<Descriptor> Missing { get; init; } = [];

    /// <summary>Manifests that exist and cannot be read. Layers are not read here: see <see cref="ImageCache.VerifyAsync"/>.</summary>
    public IReadOnlyList<DamagedBlob> Damaged { get; init; } = [];

    /// <summary>True if all blobs of the image are in the cache with their sizes.</summary>
    public bool IsComplete => Missing.Count == 0 && Damaged.Count == 0;
}
