using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>The result of a copy.</summary>
/// <param name="Name">The full name at the target; with the digest if it has no tag.</param>
/// <param name="Manifest">The manifest or index that the name now refers to.</param>
/// <param name="SourceDigest">
/// The digest of the manifest, index or config the result was created from; null if it is the source's own manifest.
/// </param>
public sealed record CopyResult(ImageReference Name, Descriptor Manifest, Digest? SourceDigest)
{
    /// <summary>The number of different layers of all platforms; null if the target had the image and nothing was read.</summary>
    public int? Layers { get; init; }

    /// <summary>The number of layers that were sent.</summary>
    public int Uploaded { get; init; }

    /// <summary>The number of layers that the target mounted from another of its repositories.</summary>
    public int Mounted { get; init; }

    /// <summary>The number of layers that the target had; null if <see cref="Layers"/> is null.</summary>
    public int? Existing { get; init; }

    /// <summary>The bytes of blobs and manifests that were sent, including repeated attempts.</summary>
    public long BytesSent { get; init; }

    /// <summary>The duration of the copy.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The name and the digest, for logs.</summary>
    public override string ToString() => Name.Digest is null ? $"{Name}@{Manifest.Digest}" : Name.ToString();
}
