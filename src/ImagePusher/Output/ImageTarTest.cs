using ImagePusher.Core.Bundles;

namespace ImagePusher.Output;

/// <summary>The result of verifying an archive, or one part of a bundle.</summary>
public sealed class ImageTarTest
{
    /// <summary>The file or directory.</summary>
    public required string Path { get; init; }

    /// <summary>The same as <see cref="Path"/>; binds to -LiteralPath.</summary>
    public string FullName => Path;

    /// <summary>The number of the part; null if the archive is not a part of a bundle.</summary>
    public long? Part { get; init; }

    /// <summary>The number of images.</summary>
    public long Images { get; init; }

    /// <summary>The number of manifests and blobs whose digest was verified.</summary>
    public long Blobs { get; init; }

    /// <summary>Their size in bytes.</summary>
    public long Bytes { get; init; }

    /// <summary>The number of blobs that the archive omits because its receiver has them.</summary>
    public long Omitted { get; init; }

    /// <summary>The damaged content: digests, and problems of the file.</summary>
    public required TextList<string> Damaged { get; init; }

    /// <summary>The digests of content that no part has.</summary>
    public required TextList<string> Missing { get; init; }

    /// <summary>The file names of parts of the bundle that were not given.</summary>
    public required TextList<string> MissingParts { get; init; }

    /// <summary>True if nothing is damaged or missing.</summary>
    public bool IsIntact { get; init; }

    /// <summary>The archive.</summary>
    public override string ToString() => Path;

    internal static ImageTarTest Of(ArchiveCheck check) => new()
    {
        Path = check.Path,
        Part = check.Part > 0 ? check.Part : null,
        Images = check.Images,
        Blobs = check.Blobs,
        Bytes = check.Bytes,
        Omitted = check.Omitted,
        Damaged = OutputText.List(check.Damaged),
        Missing = OutputText.List(check.Missing.Select(digest => digest.ToString())),
        MissingParts = OutputText.List(check.MissingParts),
        IsIntact = check.IsIntact,
    };
}
