using System.Text.Json;
using ImagePusher.Core.IO;
using ImagePusher.Core.Layout;
using ImagePusher.Core.Oci;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Archives;

/// <summary>Reads an OCI image layout: what its index.json lists, and how much of it is present.</summary>
/// <param name="metadata">The manifests and configs of the archive.</param>
/// <param name="log">Receives messages about entries that are ignored.</param>
/// <param name="failures">Receives why an entry can't be read, which does not affect the others.</param>
/// <remarks>image-spec, image-layout.md.</remarks>
internal sealed class OciLayoutReader(
    ArchiveMetadata metadata, ILogger log, ICollection<ImagePusherException> failures)
{
    private readonly Dictionary<Digest, bool> _complete = [];

    /// <summary>The media type of an entry that was ignored; null if there was none.</summary>
    public string? IgnoredMediaType { get; private set; }

    /// <summary>The entries that refer to others as their subject.</summary>
    public ArchiveReferrers Referrers { get; } = new();

    /// <summary>True if the archive declares to be a layout, or can't be anything else.</summary>
    /// <exception cref="InvalidImageArchiveException">It is a layout of an unknown version, or its marker can't be read.</exception>
    public static bool IsLayout(ArchiveMetadata metadata, bool hasDockerManifest)
    {
        if (metadata.ReadText(LayoutPaths.MarkerName, LayoutMarker.MaximumSize) is not { } raw)
        {
            return !hasDockerManifest;
        }

        return LayoutMarker.FindProblem(ArchiveJson.WithoutMark(raw)) is { } problem
            ? throw ArchiveErrors.NotAnArchive(
                metadata.Path, $"its file oci-layout can't be read: {problem}", "Save it again as an OCI layout of version 1.0.0.")
            : true;
    }

    /// <summary>The images of index.json, each digest once; null if there is no index.json.</summary>
    public IReadOnlyList<ArchivedImageBuilder>? Read()
    {
        if (metadata.ReadText(LayoutPaths.IndexName, Limits.LayoutIndex) is not { } raw)
        {
            return null;
        }

        var images = new Dictionary<Digest, ArchivedImageBuilder?>();
        foreach (var entry in ReadIndex(raw))
        {
            if (IsOpaque(entry))
            {
                IgnoredMediaType = entry.MediaType;
                log.Information(
                    $"The entry {entry.Digest} of '{metadata.Path}' has the media type {entry.MediaType}, which is not an image; "
                        + "it is ignored.");
                continue;
            }

            if (!images.TryGetValue(entry.Digest, out var image))
            {
                images[entry.Digest] = image = TryReadImage(entry);
            }

            if (image is not null)
            {
                AddName(image, entry);
            }
        }

        return WithoutReferrers([.. images.Values.OfType<ArchivedImageBuilder>()]);
    }

    // A layout of referrers alone is one of artifacts, which are then its images.
    private List<ArchivedImageBuilder> WithoutReferrers(List<ArchivedImageBuilder> all)
    {
        all.ForEach(image => Referrers.Add(image, entry => metadata.FindBlob(entry.Digest) is null ? null : TryReadImage(entry)?.Root));
        var images = all.FindAll(image => !ArchiveReferrers.IsReferrer(image, digest => metadata.FindManifest(digest) is not null));
        return images.Count > 0 ? images : all;
    }

    private List<Descriptor> ReadIndex(byte[] raw)
    {
        try
        {
            using var document = ArchiveJson.Parse(raw);
            return document.RootElement.Property("manifests") switch
            {
                { ValueKind: JsonValueKind.Null } => [],
                { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select(ReadEntry).OfType<Descriptor>()],
                _ => throw new FormatException("it has no list 'manifests'"),
            };
        }
        catch (Exception error) when (error is JsonException or FormatException)
        {
            throw Unreadable(error);
        }
    }

    private Descriptor? ReadEntry(JsonElement entry)
    {
        try
        {
            return OciJson.ReadDescriptor(entry);
        }
        catch (UnsupportedAlgorithmException error)
        {
            failures.Add(error.ToError($"An entry in the index.json of '{metadata.Path}'"));
            return null;
        }
        catch (FormatException error)
        {
            failures.Add(Unreadable(error));
            return null;
        }
    }

    private InvalidImageArchiveException Unreadable(Exception error) =>
        ArchiveErrors.Damaged(metadata.Path, $"its index.json can't be read: {OciJson.Reason(error)}", error);

    private ArchivedImageBuilder? TryReadImage(Descriptor entry)
    {
        try
        {
            return ReadImage(entry);
        }
        catch (ImagePusherException error)
        {
            error.NameImage(entry.Annotations.GetValueOrDefault(AnnotationKeys.ContainerdImageName)
                ?? entry.Annotations.GetValueOrDefault(AnnotationKeys.RefName));
            failures.Add(error);
            return null;
        }
    }

    private static void AddName(ArchivedImageBuilder image, Descriptor entry)
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

    private ArchivedImageBuilder ReadImage(Descriptor entry)
    {
        var image = new ArchivedImageBuilder(metadata.ReadManifest(entry));
        if (image.Root is ImageIndex index)
        {
            image.Missing.AddRange(index.Manifests.Where(child => !IsComplete(child, 1)));
            if (image.Missing.Count == index.Manifests.Count && index.Manifests.Count > 0)
            {
                throw ArchiveErrors.Incomplete(
                    metadata.Path, $"the index {entry.Digest} lists {index.Manifests.Count} entries, and none of them is complete");
            }

            AddPlatforms(image, index, []);
        }
        else
        {
            image.Missing.AddRange(FindMissing(image.Root));
            AddPlatform(image, (ImageManifest)image.Root, entry.Platform);
        }

        return image;
    }

    private IEnumerable<Descriptor> FindMissing(Manifest manifest) =>
        manifest.References.Where(
            blob => metadata.FindBlob(blob.Digest) is null && !metadata.IsPart && !metadata.Omitted.Contains(blob.Digest)
                && !MediaTypes.IsForeign(blob.MediaType));

    // An entry of an unknown media type is an opaque blob: of a BuildKit cache, for example (image-spec, image-index.md).
    private static bool IsOpaque(Descriptor entry) =>
        entry.MediaType.Length > 0 && !MediaTypes.IsIndex(entry.MediaType) && !MediaTypes.IsManifest(entry.MediaType)
        && !MediaTypes.IsSchema1(entry.MediaType);

    // Each manifest is checked once, however many indexes list it.
    private bool IsComplete(Descriptor entry, int depth)
    {
        if (_complete.TryGetValue(entry.Digest, out var complete))
        {
            return complete;
        }

        if (depth > Limits.IndexDepth)
        {
            throw ArchiveErrors.Limit(
                metadata.Path, $"an index is nested more than {Limits.IndexDepth} levels deep", "Save the inner image by its digest.");
        }

        if (metadata.FindBlob(entry.Digest) is null || IsOpaque(entry))
        {
            return _complete[entry.Digest] = metadata.FindBlob(entry.Digest) is not null;
        }

        // Part of an index can be used without the rest, at every level.
        var manifest = metadata.ReadManifest(entry);
        complete = manifest is ImageIndex index
            ? index.Manifests.Aggregate(index.Manifests.Count == 0, (any, child) => IsComplete(child, depth + 1) || any)
            : !FindMissing(manifest).Any();
        if (!complete)
        {
            metadata.Incomplete.Add(entry.Digest);
        }

        return _complete[entry.Digest] = complete;
    }

    // Also of nested indexes, each once.
    private void AddPlatforms(ArchivedImageBuilder image, ImageIndex index, HashSet<Digest> visited)
    {
        foreach (var child in index.Manifests.Where(child => !child.IsAttestation && !IsOpaque(child) && _complete[child.Digest]))
        {
            var manifest = metadata.ReadManifest(child);
            if (manifest is ImageIndex nested && visited.Add(nested.Digest))
            {
                AddPlatforms(image, nested, visited);
            }

            AddPlatform(image, manifest as ImageManifest, child.Platform);
        }
    }

    private void AddPlatform(ArchivedImageBuilder image, ImageManifest? manifest, Platform? platform)
    {
        if (manifest is not { IsImage: true })
        {
            return;
        }

        image.Configs.Add(manifest.Config.Digest);
        platform ??= metadata.FindBlob(manifest.Config.Digest) is { } config
            ? metadata.ReadConfig(config, manifest.Config).Config.Platform
            : null;
        image.AddPlatform(platform);
    }
}
