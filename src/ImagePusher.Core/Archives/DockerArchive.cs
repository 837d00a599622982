using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Archives;

/// <summary>Reads docker-save's manifest.json: each image becomes an OCI manifest of the layers as they lie there.</summary>
/// <remarks>
/// A layer is named by its diff ID and not read. If one is compressed all the same (some tools write that), its digest is not
/// its diff ID, so it is read once to compute it, unless its path <c>blobs/sha256/…</c> says it; it then keeps its bytes, as
/// compressed layers do everywhere.
/// </remarks>
internal static class DockerArchive
{
    /// <summary>The file's images; null if the archive has no manifest.json.</summary>
    public static IReadOnlyList<DockerManifest>? ReadManifest(ArchiveMetadata metadata)
    {
        if (metadata.ReadText(DockerManifest.FileName, DockerManifest.MaximumSize) is not { } raw)
        {
            return null;
        }

        try
        {
            return DockerManifest.Parse(raw);
        }
        catch (FormatException error)
        {
            throw ArchiveProblem.Damaged(metadata.Path, $"its manifest.json can't be read: {error.Message}", error);
        }
    }

    /// <summary>Reads one image.</summary>
    public static FoundImage Read(ArchiveMetadata metadata, DockerManifest entry)
    {
        var configFile = metadata.Require(entry.Config, DockerManifest.FileName);
        var (config, configDigest) = metadata.ReadConfig(configFile);
        if (config.DiffIds.Count != entry.Layers.Count)
        {
            throw ArchiveProblem.Damaged(
                metadata.Path, $"the image of '{entry.Config}' has {entry.Layers.Count} layers, and its config has {config.DiffIds.Count} diff IDs");
        }

        metadata.Place(configDigest, configFile);
        var layers = entry.Layers.Zip(config.DiffIds, (path, diffId) => ReadLayer(metadata, path, diffId)).ToList();
        var root = Create(metadata, new Descriptor(MediaTypes.OciConfig, configDigest, configFile.Length), layers);
        metadata.Keep(root);
        var image = new FoundImage(root) { IsDockerSave = true };
        image.RepoTags.AddRange(entry.RepoTags);
        image.Configs.Add(configDigest);
        image.AddPlatform(config.Platform);
        return image;
    }

    private static Descriptor ReadLayer(ArchiveMetadata metadata, string path, Digest diffId)
    {
        var file = metadata.Require(path, DockerManifest.FileName);
        var format = metadata.FormatOf(file);
        var layer = format == FileFormat.Unknown
            ? new Descriptor(MediaTypes.OciLayer, diffId, file.Length)
            : new Descriptor(
                format == FileFormat.Gzip ? MediaTypes.OciLayerGzip : MediaTypes.OciLayerZstd,
                OciArchive.DigestOfPath(file.Name) ?? metadata.HashLayer(file),
                file.Length);
        metadata.Place(layer.Digest, file);
        return layer;
    }

    private static ImageManifest Create(ArchiveMetadata metadata, Descriptor config, List<Descriptor> layers)
    {
        try
        {
            return ImageManifest.Create(MediaTypes.OciManifest, config, layers);
        }
        catch (FormatException error)
        {
            throw ArchiveProblem.Damaged(metadata.Path, $"the image of {layers.Count} layers gives no manifest: {error.Message}", error);
        }
    }
}
