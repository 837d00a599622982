using System.Text.Json;
using ImagePusher.Core.Archives.Docker;
using ImagePusher.Core.Layout;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Archives;

/// <summary>Writes the files that list what a tar contains; they come last.</summary>
internal static class ArchiveIndexWriter
{
    /// <summary>The files of the format.</summary>
    /// <param name="format">The format.</param>
    /// <param name="images">The manifests with their names; a referrer that is related to its image by its subject has none.</param>
    /// <param name="docker">The images of a docker archive.</param>
    public static IEnumerable<(string Name, byte[] Content)> Write(
        ArchiveFormat format, IReadOnlyList<(ImageReference? Name, Manifest Manifest)> images, IReadOnlyList<DockerManifestEntry> docker) =>
        format == ArchiveFormat.Docker
            ? [(DockerManifestEntry.FileName, OciJson.Write(writer => WriteDocker(writer, docker)))]
            : [(LayoutPaths.MarkerName, LayoutMarker.Content),
                (LayoutPaths.IndexName, OciJson.Write(writer => WriteIndex(writer, images)))];

    private static void WriteIndex(Utf8JsonWriter writer, IEnumerable<(ImageReference? Name, Manifest Manifest)> images)
    {
        writer.WriteStartObject();
        writer.WriteNumber("schemaVersion", 2);
        writer.WriteString("mediaType", MediaTypes.OciIndex);
        OciJson.WriteDescriptors(writer, "manifests", images.Select(image => image.Manifest.Descriptor with
        {
            ArtifactType = image.Manifest.ArtifactType,
            Annotations = image.Name is null ? Descriptor.EmptyAnnotations : new Dictionary<string, string>
            {
                [AnnotationKeys.ContainerdImageName] = FullName(image.Name, image.Manifest),
                [AnnotationKeys.RefName] = FullName(image.Name, image.Manifest),
            },
        }));
        writer.WriteEndObject();
    }

    private static string FullName(ImageReference name, Manifest manifest) =>
        (name.Tag is null ? name.WithDigest(manifest.Digest) : name.WithTag(name.Tag)).ToString();

    private static void WriteDocker(Utf8JsonWriter writer, IReadOnlyList<DockerManifestEntry> entries)
    {
        writer.WriteStartArray();
        foreach (var image in entries.GroupBy(entry => entry.Config))
        {
            writer.WriteStartObject();
            writer.WriteString("Config", image.Key);
            WriteTexts(writer, "RepoTags", image.SelectMany(entry => entry.RepoTags));
            WriteTexts(writer, "Layers", image.First().Layers);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteTexts(Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }
}
