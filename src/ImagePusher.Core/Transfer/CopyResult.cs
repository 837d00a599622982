using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>What a copy did.</summary>
/// <param name="Name">The full name at the target; with the digest where it has no tag.</param>
/// <param name="Manifest">The manifest or index that the name now stands for.</param>
/// <param name="SourceDigest">What it was made from; null if it is what the source has.</param>
public sealed record CopyResult(ImageReference Name, Descriptor Manifest, Digest? SourceDigest)
{
    /// <summary>How many different layers the image has, over all its platforms; null if it was there, and nobody had to read it.</summary>
    public int? Layers { get; init; }

    /// <summary>How many of them were sent.</summary>
    public int Uploaded { get; init; }

    /// <summary>How many of them the target took from another of its repositories.</summary>
    public int Mounted { get; init; }

    /// <summary>How many of them were there already; null where <see cref="Layers"/> is.</summary>
    public int? Existing { get; init; }

    /// <summary>All bytes of blobs and manifests that were sent, repeated ones too.</summary>
    public long BytesSent { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }
}
