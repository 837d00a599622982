using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Bundles;

/// <summary>The result of the verification of an archive, or of one part of a bundle.</summary>
/// <param name="Path">The file or directory.</param>
internal sealed record ArchiveCheck(string Path)
{
    /// <summary>The identifier of the bundle that the archive is a part of; null if it is not one.</summary>
    public string? Bundle { get; init; }

    /// <summary>The number of the part; 0 if it is not one.</summary>
    public int Part { get; init; }

    /// <summary>The number of images.</summary>
    public int Images { get; init; }

    /// <summary>The number of manifests and blobs that were hashed.</summary>
    public int Blobs { get; set; }

    /// <summary>Their size in bytes.</summary>
    public long Bytes { get; set; }

    /// <summary>The number of blobs that the archive omits because its receiver has them.</summary>
    public int Omitted { get; init; }

    /// <summary>The damaged content: digests, or the problem of the file.</summary>
    public List<string> Damaged { get; } = [];

    /// <summary>The digests of content that neither the archive nor another part has, and that is not omitted on purpose.</summary>
    public List<Digest> Missing { get; } = [];

    /// <summary>The file names of parts that were not given.</summary>
    public List<string> MissingParts { get; } = [];

    /// <summary>True if nothing is damaged or missing.</summary>
    public bool IsIntact => Damaged.Count == 0 && Missing.Count == 0 && MissingParts.Count == 0;
}
