using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Output;

/// <summary>An image of a registry with the digests of everything that it consists of: a baseline for bundles.</summary>
public sealed class RegistryInventoryEntry
{
    /// <summary>The full name; binds to -Reference.</summary>
    public required string Reference { get; init; }

    /// <summary>Registry and repository.</summary>
    public required string Repository { get; init; }

    /// <summary>The tag.</summary>
    public required string Tag { get; init; }

    /// <summary>The digest of the manifest or index.</summary>
    public required string Digest { get; init; }

    /// <summary>The media type of the manifest or index.</summary>
    public required string MediaType { get; init; }

    /// <summary>The size of all its blobs and manifests in bytes, each counted once.</summary>
    public long Size { get; init; }

    /// <summary>The digests of all its manifests and blobs.</summary>
    public required TextList<string> Blobs { get; init; }

    /// <summary>The full name.</summary>
    public override string ToString() => Reference;

    internal static RegistryInventoryEntry Of(ImageReference name, Descriptor root, IReadOnlyList<Descriptor> blobs) => new()
    {
        Reference = name.ToString(),
        Repository = name.Name,
        Tag = name.Tag!,
        Digest = root.Digest.ToString(),
        MediaType = OutputText.Of(root.MediaType),
        Size = blobs.Sum(blob => blob.Size),
        Blobs = new TextList<string>([.. blobs.Select(blob => blob.Digest.ToString())]),
    };
}
