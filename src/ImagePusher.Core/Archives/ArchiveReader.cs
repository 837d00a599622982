using System.Text.Json;
using ImagePusher.Core.Archives.Docker;
using ImagePusher.Core.IO;
using ImagePusher.Core.Layout;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Archives;

/// <summary>Reads the images of an archive in each of its formats: docker archive, OCI layout, or both (Docker 25 and later).</summary>
/// <param name="container">The files of the archive.</param>
/// <param name="metadata">Its manifests and configs.</param>
/// <param name="log">Receives warnings.</param>
internal sealed class ArchiveReader(ArchiveContainer container, ArchiveMetadata metadata, ILogger log)
{
    private readonly UnreadableImages _failures = new(container.Path);

    /// <summary>The errors of images that could not be read; an error of one image does not affect the others.</summary>
    public IReadOnlyList<ImagePusherException> Failures => _failures;

    /// <summary>The entries of an OCI layout that refer to others as their subject.</summary>
    public ArchiveReferrers Referrers { get; private set; } = new();

    /// <summary>The part of a bundle that the archive is; null if it is not one.</summary>
    public BundlePart? Bundle { get; private set; }

    /// <summary>The archive's images, at least one, each digest once.</summary>
    public IReadOnlyList<ArchivedImageBuilder> Read()
    {
        var docker = DockerArchiveReader.ReadManifest(metadata);
        Bundle = ReadOwn<BundlePart?>(BundlePart.FileName, null, raw => BundlePart.Parse(raw));
        metadata.IsPart = Bundle is not null;
        metadata.Omitted = ReadOwn(OmittedBlobs.FileName, metadata.Omitted, OmittedBlobs.Parse);
        var layoutReader = new OciLayoutReader(metadata, log, _failures);
        Referrers = layoutReader.Referrers;
        var layout = OciLayoutReader.IsLayout(metadata, docker is not null) ? layoutReader.Read() : null;
        var images = (layout, docker) switch
        {
            (null, null) => throw NoManifest(),
            (null, not null) when container is DirectoryContainer => throw ArchiveErrors.NotAnArchive(
                container.Path,
                "it is a directory without the index.json of an OCI image layout",
                "Use the tar itself, or a directory with oci-layout, index.json and blobs."),
            (null, not null) => Add([], docker),
            (not null, null) => layout,
            (not null, not null) => Match([.. layout], docker),
        };
        return images.Count > 0 ? images : throw NoImages(layoutReader.IgnoredMediaType);
    }

    private T ReadOwn<T>(string name, T missing, Func<ReadOnlyMemory<byte>, T> parse)
    {
        try
        {
            return metadata.ReadText(name, Limits.BundleTable) is { } raw ? parse(raw) : missing;
        }
        catch (Exception error) when (error is JsonException or FormatException)
        {
            throw ArchiveErrors.Damaged(container.Path, $"its {name} can't be read: {OciJson.Reason(error)}", error);
        }
    }

    private ImagePusherException NoImages(string? ignoredMediaType) =>
        _failures.Count > 0 ? _failures[0]
        : ignoredMediaType is null ? ArchiveErrors.NotAnArchive(container.Path, "it lists no images", "Save an image into it.")
        : new UnsupportedContentException(
            $"'{container.Path}' lists no images, only content of other types, such as {ignoredMediaType}.",
            "Use an archive that has an image.");

    private T? TryRead<T>(DockerManifestEntry entry, Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (ImagePusherException error)
        {
            error.NameImage(entry.RepoTags is [var name, ..] ? name : null);
            _failures.Add(error);
            return null;
        }
    }

    private InvalidImageArchiveException NoManifest() =>
        container.Find(LayoutPaths.MarkerName) is not null ? ArchiveErrors.Damaged(container.Path, "it is an OCI layout without index.json")
        : container.Find("repositories") is not null ? ArchiveErrors.NotAnArchive(
            container.Path, "Docker before 1.10 wrote it, without manifest.json", "Load it with docker and save it again.")
        : ArchiveErrors.NotAnArchive(
            container.Path, "it has neither the manifest.json of a docker archive nor the index.json of an OCI image layout");

    private List<ArchivedImageBuilder> Add(List<ArchivedImageBuilder> images, IEnumerable<DockerManifestEntry> entries)
    {
        var known = images.ToDictionary(image => image.Root.Digest);
        foreach (var entry in entries)
        {
            if (TryRead(entry, () => DockerArchiveReader.Read(metadata, entry)) is not { } image)
            {
                continue;
            }

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

    // Docker 25 and later: the index has the digests to keep, manifest.json lists the saved images and their names.
    private List<ArchivedImageBuilder> Match(List<ArchivedImageBuilder> images, IReadOnlyList<DockerManifestEntry> entries)
    {
        var byConfig = new Dictionary<Digest, ArchivedImageBuilder>();
        var byName = new Dictionary<ImageReference, ArchivedImageBuilder>();
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

        var others = new List<DockerManifestEntry>();
        var saved = new HashSet<ArchivedImageBuilder>();
        foreach (var entry in entries)
        {
            if (TryRead(entry, () => ConfigDigest(entry)) is not { } config)
            {
                continue;
            }

            if (!byConfig.TryGetValue(config, out var first))
            {
                others.Add(entry);
                continue;
            }

            saved.Add(first);
            foreach (var tag in entry.RepoTags)
            {
                var isNamed = ImageReference.TryParse(tag, out var name)
                    && byName.TryGetValue(name, out var named) && named.Configs.Contains(config);
                var image = isNamed ? byName[name!] : first;
                saved.Add(image);
                image.RepoTags.Add(tag);
            }
        }

        foreach (var image in saved)
        {
            image.IsDockerSave = HasUncompressedLayers(image.Root);
        }

        return Add(images, others);
    }

    private Digest ConfigDigest(DockerManifestEntry entry)
    {
        var config = DockerArchiveReader.ConfigOf(metadata, entry);
        return LayoutPaths.DigestOfName(config) ?? metadata.ReadConfig(metadata.Require(config, DockerManifestEntry.FileName)).Digest;
    }

    private bool HasUncompressedLayers(Manifest root) => root switch
    {
        ImageManifest image => image.Layers.All(layer => MediaTypes.IsPlainLayer(layer.MediaType)),
        ImageIndex index => index.Manifests.Select(entry => metadata.FindManifest(entry.Digest)).OfType<ImageManifest>()
            .Where(image => image.IsImage && !metadata.Incomplete.Contains(image.Digest))
            .All(HasUncompressedLayers),
        _ => false,
    };
}
