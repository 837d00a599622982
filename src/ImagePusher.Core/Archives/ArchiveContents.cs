using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Archives;

/// <summary>Finds the images of an archive, in whichever of the forms it is.</summary>
internal static class ArchiveContents
{
    /// <summary>The archive's images, at least one, each digest once.</summary>
    public static IReadOnlyList<FoundImage> Read(ArchiveFiles files, ArchiveMetadata metadata)
    {
        var docker = DockerArchive.ReadManifest(metadata);
        var layout = OciArchive.IsLayout(metadata, docker is not null) ? new OciArchive(metadata).Read() : null;
        var images = (layout, docker) switch
        {
            (null, null) => throw Neither(files),
            (null, not null) when files is FolderFiles => throw ArchiveProblem.NoImage(
                files.Path, "it is a folder without the index.json of an OCI image layout", "Give the tar itself, or a folder with oci-layout, index.json and blobs."),
            (null, not null) => Add(metadata, [], docker),
            (not null, null) => layout,
            (not null, not null) => Match(metadata, [.. layout], docker),
        };
        return images.Count > 0 ? images : throw ArchiveProblem.NoImage(files.Path, "it is an archive of images, and has none", "Save an image into it.");
    }

    private static InvalidImageArchiveException Neither(ArchiveFiles files) =>
        files.Find("oci-layout") is not null ? ArchiveProblem.Damaged(files.Path, "it is an OCI layout without index.json")
        : files.Find("repositories") is not null ? ArchiveProblem.NoImage(files.Path, "docker before 1.10 wrote it, without manifest.json", "Load it with docker and save it again.")
        : ArchiveProblem.NoImage(files.Path, "it has neither docker's manifest.json nor the index.json of an OCI image layout");

    private static List<FoundImage> Add(ArchiveMetadata metadata, List<FoundImage> images, IEnumerable<DockerManifest> entries)
    {
        var known = images.ToDictionary(image => image.Root.Digest);
        foreach (var entry in entries)
        {
            var image = DockerArchive.Read(metadata, entry);
            if (known.TryGetValue(image.Root.Digest, out var same))
            {
                same.RepoTags.AddRange(image.RepoTags);
                continue;
            }

            known[image.Root.Digest] = image;
            images.Add(image);
        }

        return images;
    }

    // docker 25 and later: the index has the digests to keep, manifest.json says what was saved and under which names.
    private static List<FoundImage> Match(ArchiveMetadata metadata, List<FoundImage> images, IReadOnlyList<DockerManifest> entries)
    {
        var byConfig = new Dictionary<Digest, FoundImage>();
        var byName = new Dictionary<ImageReference, FoundImage>();
        foreach (var image in images)
        {
            image.Configs.ToList().ForEach(config => byConfig.TryAdd(config, image));
            foreach (var text in image.FullNames)
            {
                if (ImageReference.TryParse(text, out var name))
                {
                    byName[name] = image;
                }
            }
        }

        var others = new List<DockerManifest>();
        var saved = new HashSet<FoundImage>();
        foreach (var entry in entries)
        {
            var config = OciArchive.DigestOfPath(entry.Config) ?? metadata.ReadConfig(metadata.Require(entry.Config, DockerManifest.FileName)).Digest;
            if (!byConfig.TryGetValue(config, out var first))
            {
                others.Add(entry);
                continue;
            }

            saved.Add(first);
            foreach (var tag in entry.RepoTags)
            {
                var image = ImageReference.TryParse(tag, out var name) && byName.TryGetValue(name, out var named) && named.Configs.Contains(config) ? named : first;
                saved.Add(image);
                image.RepoTags.Add(tag);
            }
        }

        foreach (var image in saved)
        {
            image.IsDockerSave = HasPlainLayers(metadata, image.Root);
        }

        return Add(metadata, images, others);
    }

    private static bool HasPlainLayers(ArchiveMetadata metadata, Manifest root) => root switch
    {
        ImageManifest image => image.Layers.All(layer => MediaTypes.IsPlainLayer(layer.MediaType)),
        ImageIndex index => index.Manifests.Select(entry => metadata.FindManifest(entry.Digest)).OfType<ImageManifest>()
            .Where(image => image.IsImage && !metadata.Incomplete.Contains(image.Digest))
            .All(image => HasPlainLayers(metadata, image)),
        _ => false,
    };
}
