using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Archives.Docker;

/// <summary>One image in the manifest.json of a docker archive.</summary>
/// <param name="Config">The path of its config in the archive.</param>
/// <param name="RepoTags">Its names; none if the file has none.</param>
/// <param name="Layers">The paths of its layers, lowest first.</param>
/// <param name="LayerSources">The descriptors of foreign layers by diff ID; none in most archives.</param>
/// <param name="Problem">The error of the entry, which does not affect the others; null if it can be read.</param>
/// <remarks>
/// moby, image/spec/v1.2.md, "Combined Image JSON + Filesystem Changeset Format". As in Docker's reader, the case of property names does
/// not matter (Jib before 2.3 wrote <c>config</c>), the last of repeated ones counts, and unknown ones are ignored.
/// </remarks>
internal sealed record DockerManifestEntry(
    string Config, IReadOnlyList<string> RepoTags, IReadOnlyList<string> Layers, IReadOnlyDictionary<Digest, Descriptor> LayerSources,
    FormatException? Problem = null)
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "manifest.json";

    /// <summary>Reads the file.</summary>
    /// <exception cref="FormatException">It can't be read; the message says why, without a subject.</exception>
    public static IReadOnlyList<DockerManifestEntry> Parse(byte[] raw)
    {
        try
        {
            using var document = ArchiveJson.Parse(raw);
            return document.RootElement.ValueKind == JsonValueKind.Array
                ? [.. document.RootElement.EnumerateArray().Select(TryRead)]
                : throw new FormatException("it is not a JSON list");
        }
        catch (JsonException error)
        {
            throw new FormatException(OciJson.Describe(error), error);
        }
    }

    private static DockerManifestEntry TryRead(JsonElement image)
    {
        try
        {
            return Read(image);
        }
        catch (FormatException error)
        {
            return new DockerManifestEntry("", ReadTags(image), [], new Dictionary<Digest, Descriptor>(), error);
        }
    }

    private static DockerManifestEntry Read(JsonElement image) => new(
        image.PropertyInAnyCase(nameof(Config)) is { ValueKind: JsonValueKind.String } config && config.Text() is { Length: > 0 } path
            ? path
            : throw new FormatException("an image in it has no 'Config'"),
        ReadTags(image),
        ReadLayers(image),
        ReadSources(image));

    // Tags that are not text are ignored, so that the image stays readable.
    private static IReadOnlyList<string> ReadTags(JsonElement image) =>
        image.PropertyInAnyCase(nameof(RepoTags)) is { ValueKind: JsonValueKind.Array } list
            ? [.. list.EnumerateArray().Select(OciJson.Text).OfType<string>()]
            : [];

    private static IReadOnlyList<string> ReadLayers(JsonElement image) => image.PropertyInAnyCase(nameof(Layers)) switch
    {
        null or { ValueKind: JsonValueKind.Null } => [],
        { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(path => path.Text() is not null) =>
            [.. list.EnumerateArray().Select(path => path.Text()!)],
        _ => throw new FormatException("the 'Layers' of an image in it are not a list of paths"),
    };

    private static Dictionary<Digest, Descriptor> ReadSources(JsonElement image)
    {
        var sources = new Dictionary<Digest, Descriptor>();
        if (image.PropertyInAnyCase(nameof(LayerSources)) is not { ValueKind: JsonValueKind.Object } list)
        {
            return sources;
        }

        foreach (var source in list.EnumerateObject())
        {
            if (Digest.TryParse(Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8PropertyName(source)), out var diffId))
            {
                sources[diffId] = OciJson.ReadDescriptor(source.Value);
            }
        }

        return sources;
    }
}
