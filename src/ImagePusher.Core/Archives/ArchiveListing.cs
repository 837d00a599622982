using System.Text.Json;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Archives;

/// <summary>Makes the files that say what a tar holds; they come last.</summary>
internal static class ArchiveListing
{
    /// <summary>Where a blob lies, in both forms: docker since 25 puts configs and layers there too.</summary>
    public static string PathOf(Digest digest) => $"blobs/{digest.Algorithm}/{digest.Encoded}";

    /// <summary>The files of the form.</summary>
    public static IEnumerable<(string Name, byte[] Content)> Of(
        ArchiveFormat format, IReadOnlyList<(ImageReference Name, Manifest Manifest)> images, IReadOnlyList<DockerManifest> docker) =>
        format == ArchiveFormat.Docker
            ? [(DockerManifest.FileName, OciJson.Write(writer => WriteDocker(writer, docker)))]
            : [("oci-layout", """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray()), ("index.json", OciJson.Write(writer => WriteIndex(writer, images)))];

    private static void WriteIndex(Utf8JsonWriter writer, IEnumerable<(ImageReference Name, Manifest Manifest)> images)
    {
        writer.WriteStartObject();
        writer.WriteNumber("schemaVersion", 2);
        writer.WriteString("mediaType", MediaTypes.OciIndex);
        OciJson.WriteDescriptors(writer, "manifests", images.Select(image => image.Manifest.Descriptor with
        {
            ArtifactType = image.Manifest.ArtifactType,
            Annotations = new Dictionary<string, string>
            {
                [AnnotationKeys.ContainerdImageName] = FullName(image.Name, image.Manifest),
                [AnnotationKeys.RefName] = FullName(image.Name, image.Manifest),
            },
        }));
        writer.WriteEndObject();
    }

    private static string FullName(ImageReference name, Manifest manifest) =>
        (name.Tag is null ? name.WithDigest(manifest.Digest) : name.WithTag(name.Tag)).ToString();

    private static void WriteDocker(Utf8JsonWriter writer, IReadOnlyList<DockerManifest> entries)
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
