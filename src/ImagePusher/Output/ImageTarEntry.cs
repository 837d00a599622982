using ImagePusher.Core.Archives;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Output;

/// <summary>An image in an archive; nothing was imported.</summary>
public sealed class ImageTarEntry
{
    /// <summary>The name under which it would be imported.</summary>
    public required string Reference { get; init; }

    /// <summary>The image within the archive; binds to -Image.</summary>
    public string Image => Reference;

    /// <summary>The archive or OCI layout directory.</summary>
    public required string Path { get; init; }

    /// <summary>The same as <see cref="Path"/>; binds to -LiteralPath.</summary>
    public string FullName => Path;

    /// <summary>The digest of its manifest or index; null in a docker archive, which has none.</summary>
    public string? Digest { get; init; }

    /// <summary>The digest of its config, docker's image ID; null for an index.</summary>
    public string? ImageId { get; init; }

    /// <summary><c>docker-save</c> for a docker archive, otherwise the media type of its manifest or index.</summary>
    public required string Format { get; init; }

    /// <summary>The platforms that are present.</summary>
    public required TextList<string> Platform { get; init; }

    /// <summary>The number of layers; for an index the number of manifests.</summary>
    public long LayerCount { get; init; }

    /// <summary>The size of config and layers in the archive, in bytes; for an index the size of its manifests.</summary>
    public long Size { get; init; }

    /// <summary>The digests of content that the archive lacks.</summary>
    public required TextList<string> Missing { get; init; }

    /// <summary>The digests of content that the archive omits because its receiver has it.</summary>
    public required TextList<string> Omitted { get; init; }

    /// <summary>The number of the part and of all parts, such as <c>2/3</c>; null if the archive is not a part of a bundle.</summary>
    public string? Part { get; init; }

    /// <summary>True if nothing is missing, apart from content that is omitted intentionally or is in other parts.</summary>
    public bool IsComplete => Missing.Count == 0;

    /// <summary>The archive, which -Path of every other cmdlet accepts.</summary>
    public override string ToString() => Path;

    internal static ImageTarEntry Of(ImageArchive archive, ArchivedImage image, ImageReference name)
    {
        var manifest = image.Root as ImageManifest;
        return new ImageTarEntry
        {
            Reference = name.ToString(),
            Path = archive.Path,
            Digest = image.IsDockerSave ? null : image.Root.Digest.ToString(),
            ImageId = manifest is { IsImage: true } ? manifest.Config.Digest.ToString() : null,
            Format = image.IsDockerSave ? "docker-save" : OutputText.Of(image.Root.MediaType),
            Platform = OutputText.List(image.Platforms),
            LayerCount = manifest?.Layers.Count ?? image.Root.References.Count(),
            Size = image.Root.References.SumBytes(reference => reference.Size),
            Missing = OutputText.List(image.Missing),
            Omitted = OutputText.List(archive.OmittedOf(image).Select(blob => blob.ToString())),
            Part = archive.Bundle is { } bundle ? $"{bundle.Number}/{bundle.Parts.Count}" : null,
        };
    }
}
