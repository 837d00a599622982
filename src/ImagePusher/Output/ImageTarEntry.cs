using ImagePusher.Core.Archives;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Output;

/// <summary>An image in a tar, of which nothing was imported.</summary>
public sealed class ImageTarEntry
{
    /// <summary>The tar or folder.</summary>
    public required string Path { get; init; }

    /// <summary>The tar or folder once more, by the name that binds to -LiteralPath.</summary>
    public string FullName => Path;

    /// <summary>The name that it would be imported by.</summary>
    public required string Reference { get; init; }

    /// <summary>The digest of its manifest or index; null for a docker-save, which has none before it is imported.</summary>
    public string? Digest { get; init; }

    /// <summary>The digest of its config, docker's image ID; null for an index.</summary>
    public string? ImageId { get; init; }

    /// <summary>How it is kept: <c>docker-save</c>, or the media type of its manifest or index.</summary>
    public required string Format { get; init; }

    /// <summary>The platforms that are there.</summary>
    public string[] Platform { get; init; } = [];

    /// <summary>How many layers its manifest names; of an index how many manifests.</summary>
    public long LayerCount { get; init; }

    /// <summary>The bytes of config and layers as they are in the tar; of an index those of its manifests.</summary>
    public long Size { get; init; }

    /// <summary>The digests of what it names and the tar lacks.</summary>
    public string[] Missing { get; init; } = [];

    /// <summary>True if nothing is missing.</summary>
    public bool IsComplete => Missing.Length == 0;

    /// <summary>The tar: what -Path of every later cmdlet takes.</summary>
    public override string ToString() => Path;

    internal static ImageTarEntry Of(ImageArchive archive, ArchivedImage image, ImageReference name)
    {
        var manifest = image.Root as ImageManifest;
        return new ImageTarEntry
        {
            Path = archive.Path,
            Reference = name.ToString(),
            Digest = image.IsDockerSave ? null : image.Root.Digest.ToString(),
            ImageId = manifest is { IsImage: true } ? manifest.Config.Digest.ToString() : null,
            Format = image.IsDockerSave ? "docker-save" : image.Root.MediaType,
            Platform = [.. image.Platforms.Select(platform => platform.ToString())],
            LayerCount = manifest?.Layers.Count ?? image.Root.References.Count(),
            Size = image.Root.References.Sum(reference => reference.Size),
            Missing = [.. image.Missing.Select(missing => missing.Digest.ToString())],
        };
    }
}
