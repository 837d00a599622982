using System.Text.Json;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Archives;

/// <summary>Reads an OCI image layout: what its index.json lists, and which of it is there.</summary>
/// <remarks>image-spec, image-layout.md.</remarks>
internal sealed class OciArchive(ArchiveMetadata metadata)
{
    // 10,000 images take about 4 MiB.
    private const int MaximumIndexSize = 16 * 1024 * 1024;
    private const int MaximumDepth = 4;
    private const string BlobFolder = "blobs/";

    private readonly Dictionary<Digest, bool> _complete = [];

    /// <summary>The digest that a path <c>blobs/sha256/…</c> says; null for other paths.</summary>
    public static Digest? DigestOfPath(string path) =>
        path.StartsWith(BlobFolder, StringComparison.Ordinal)
        && Digest.TryParse(path[BlobFolder.Length..].Replace('/', ':'), out var digest) ? digest : null;

    /// <summary>True if the archive has a layout's index, and says that it is a layout or can't be anything else.</summary>
    /// <exception cref="InvalidImageArchiveException">It is a layout of a version that is not known.</exception>
    public static bool IsLayout(ArchiveMetadata metadata, bool hasDockerManifest)
    {
        if (metadata.ReadText("oci-layout", 64 * 1024) is not { } raw)
        {
            return !hasDockerManifest;
        }

        try
        {
            using var document = JsonDocument.Parse(raw);
            var version = document.RootElement.Text("imageLayoutVersion");
            return version is not null && version.StartsWith("1.", StringComparison.Ordinal)
                ? true
                : throw ArchiveProblem.NoImage(metadata.Path, $"its OCI layout has version '{version}'", "Save it again as an OCI layout of version 1.0.0.");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw ArchiveProblem.Damaged(metadata.Path, $"its oci-layout can't be read: {error.Message}", error);
        }
    }

    /// <summary>The images of index.json, each digest once; null if there is no index.json.</summary>
    public IReadOnlyList<FoundImage>? Read()
    {
        if (metadata.ReadText("index.json", MaximumIndexSize) is not { } raw)
        {
            return null;
        }

        var images = new Dictionary<Digest, FoundImage>();
        foreach (var entry in ReadIndex(raw))
        {
            if (!images.TryGetValue(entry.Digest, out var image))
            {
                images[entry.Digest] = image = ReadImage(entry);
            }

            AddName(image, entry);
        }

        return [.. images.Values];
    }

    private IReadOnlyList<Descriptor> ReadIndex(byte[] raw)
    {
        try
        {
            using var document = JsonDocument.Parse(raw);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("manifests", out _)
                ? OciJson.ReadDescriptors(document.RootElement, "manifests")
                : throw new FormatException("it has no 'manifests'");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw ArchiveProblem.Damaged(metadata.Path, $"its index.json can't be read: {error.Message}", error);
        }
    }

    private static void AddName(FoundImage image, Descriptor entry)
    {
        var refName = entry.Annotations.GetValueOrDefault(AnnotationKeys.RefName);
        var isFull = refName is not null && refName.AsSpan().ContainsAny('/', ':');
        if ((entry.Annotations.GetValueOrDefault(AnnotationKeys.ContainerdImageName) ?? (isFull ? refName : null)) is { } full)
        {
            image.FullNames.Add(full);
        }
        else if (refName is { Length: > 0 })
        {
            image.ShortNames.Add(refName);
        }
    }

    private FoundImage ReadImage(Descriptor entry)
    {
        var image = new FoundImage(metadata.ReadManifest(entry));
        if (image.Root is ImageIndex index)
        {
            image.Missing.AddRange(index.Manifests.Where(child => !IsComplete(child, 1)));
            if (image.Missing.Count == index.Manifests.Count && index.Manifests.Count > 0)
            {
                throw ArchiveProblem.Damaged(metadata.Path, $"the index {entry.Digest} lists {index.Manifests.Count} manifests, and none of them is there with all its blobs");
            }

            foreach (var child in index.Manifests.Where(child => !child.IsAttestation && _complete[child.Digest]))
            {
                AddPlatform(image, metadata.ReadManifest(child) as ImageManifest, child.Platform);
            }
        }
        else
        {
            image.Missing.AddRange(Absent(image.Root));
            AddPlatform(image, (ImageManifest)image.Root, entry.Platform);
        }

        return image;
    }

    private IEnumerable<Descriptor> Absent(Manifest manifest) => manifest.References.Where(blob => metadata.FindBlob(blob.Digest) is null);

    // Each manifest is looked at once, however many indexes list it.
    private bool IsComplete(Descriptor entry, int depth)
    {
        if (_complete.TryGetValue(entry.Digest, out var complete))
        {
            return complete;
        }

        if (depth > MaximumDepth)
        {
            throw ArchiveProblem.Damaged(metadata.Path, $"an index lies more than {MaximumDepth} indexes deep");
        }

        if (metadata.FindBlob(entry.Digest) is null)
        {
            return _complete[entry.Digest] = false;
        }

        // Of an index below an index, as of the root, what is there can be taken without the rest.
        var manifest = metadata.ReadManifest(entry);
        complete = manifest is ImageIndex index
            ? index.Manifests.Aggregate(index.Manifests.Count == 0, (any, child) => IsComplete(child, depth + 1) || any)
            : !Absent(manifest).Any();
        if (!complete)
        {
            metadata.Incomplete.Add(entry.Digest);
        }

        return _complete[entry.Digest] = complete;
    }

    private void AddPlatform(FoundImage image, ImageManifest? manifest, Platform? platform)
    {
        if (manifest is not { IsImage: true })
        {
            return;
        }

        image.Configs.Add(manifest.Config.Digest);
        platform ??= metadata.FindBlob(manifest.Config.Digest) is { } config ? metadata.ReadConfig(config, manifest.Config).Config.Platform : null;
        image.AddPlatform(platform);
    }
}
