using ImagePusher.Core.Compression;
using ImagePusher.Core.IO;
using ImagePusher.Core.Layout;
using ImagePusher.Core.Messages;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Archives.Docker;

/// <summary>Reads docker archives: each image of manifest.json becomes an OCI manifest of the layers as they are in the archive.</summary>
/// <remarks>
/// An uncompressed layer is named by its diff ID and not read. The digest of a compressed one, which some tools write, is not its diff ID,
/// so the layer is read once to compute it, unless its path <c>blobs/sha256/…</c> has it; it keeps its bytes, as compressed layers do
/// everywhere.
/// </remarks>
internal static class DockerArchiveReader
{
    /// <summary>The images that manifest.json lists; null if the archive has no manifest.json.</summary>
    public static IReadOnlyList<DockerManifestEntry>? ReadManifest(ArchiveMetadata metadata)
    {
        if (metadata.ReadText(DockerManifestEntry.FileName, Limits.DockerManifest) is not { } raw)
        {
            return null;
        }

        try
        {
            return DockerManifestEntry.Parse(raw);
        }
        catch (FormatException error)
        {
            throw Unreadable(metadata, error);
        }
    }

    /// <summary>The path of an image's config.</summary>
    /// <exception cref="ImagePusherException">The entry can't be read.</exception>
    public static string ConfigOf(ArchiveMetadata metadata, DockerManifestEntry entry) =>
        entry.Problem is { } problem ? throw Unreadable(metadata, problem) : entry.Config;

    /// <summary>Reads one image.</summary>
    public static ArchivedImageBuilder Read(ArchiveMetadata metadata, DockerManifestEntry entry)
    {
        var configFile = metadata.Require(ConfigOf(metadata, entry), DockerManifestEntry.FileName);
        var (config, configDigest) = metadata.ReadConfig(configFile);
        if (config.DiffIds.Count != entry.Layers.Count)
        {
            throw ArchiveErrors.Damaged(
                metadata.Path,
                $"the image of '{TerminalText.Quote(entry.Config)}' has {entry.Layers.Count} layers, "
                + $"and its config has {config.DiffIds.Count} diff IDs");
        }

        metadata.AddBlob(configDigest, configFile);
        var layers = entry.Layers.Zip(config.DiffIds, (path, diffId) => ReadLayer(metadata, entry, path, diffId)).ToList();
        var root = Create(metadata, new Descriptor(MediaTypes.OciConfig, configDigest, configFile.Length), layers);
        metadata.AddManifest(root);
        var image = new ArchivedImageBuilder(root) { IsDockerSave = true };
        image.RepoTags.AddRange(entry.RepoTags);
        image.Configs.Add(configDigest);
        image.AddPlatform(config.Platform);
        return image;
    }

    private static Descriptor ReadLayer(ArchiveMetadata metadata, DockerManifestEntry entry, string path, Digest diffId)
    {
        // A base layer of Windows may only be distributed by its maker, so its descriptor is kept and its content is not.
        if (entry.LayerSources.TryGetValue(diffId, out var source) && source.IsExternal)
        {
            return source with { MediaType = OciForeignType(source.MediaType) };
        }

        var file = metadata.Require(path, DockerManifestEntry.FileName);
        var kind = metadata.KindOf(file);
        if (ContentDetector.UnsupportedCompression(kind) is { } compression)
        {
            throw LayerDecoder.Unsupported($"The layer '{TerminalText.Quote(path)}' of '{metadata.Path}'", compression);
        }

        var layer = kind is ContentKind.Gzip or ContentKind.Zstd
            ? new Descriptor(
                kind is ContentKind.Gzip ? MediaTypes.OciLayerGzip : MediaTypes.OciLayerZstd,
                LayoutPaths.DigestOfName(file.Name) ?? metadata.HashLayer(file),
                file.Length)
            : new Descriptor(MediaTypes.OciLayer, diffId, file.Length);
        metadata.AddBlob(layer.Digest, file);
        return layer;
    }

    private static ImagePusherException Unreadable(ArchiveMetadata metadata, FormatException problem) =>
        problem is UnsupportedAlgorithmException unsupported
            ? unsupported.ToError($"The manifest.json of '{metadata.Path}'")
            : ArchiveErrors.Damaged(metadata.Path, $"its manifest.json can't be read: {problem.Message}", problem);

    private static string OciForeignType(string mediaType) =>
        mediaType.StartsWith(MediaTypes.OciForeignLayerPrefix, StringComparison.Ordinal) ? mediaType
        : mediaType.EndsWith(".gzip", StringComparison.Ordinal) ? MediaTypes.OciForeignLayerPrefix + "+gzip"
        : MediaTypes.OciForeignLayerPrefix;

    private static ImageManifest Create(ArchiveMetadata metadata, Descriptor config, List<Descriptor> layers)
    {
        try
        {
            return ImageManifest.Create(MediaTypes.OciManifest, config, layers);
        }
        catch (FormatException error)
        {
            throw ArchiveErrors.Damaged(
                metadata.Path, $"no manifest can be created for the image of {layers.Count} layers: {error.Message}", error);
        }
    }
}
