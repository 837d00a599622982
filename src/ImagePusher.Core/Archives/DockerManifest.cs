using System.Text.Json;

namespace ImagePusher.Core.Archives;

/// <summary>One image of docker-save's manifest.json.</summary>
/// <param name="Config">The path of its config in the archive.</param>
/// <param name="RepoTags">Its names; none where the file has null.</param>
/// <param name="Layers">The paths of its layers, lowest first.</param>
/// <remarks>moby, image/spec/v1.2.md, "Combined Image JSON + Filesystem Changeset Format".</remarks>
internal sealed record DockerManifest(string Config, IReadOnlyList<string> RepoTags, IReadOnlyList<string> Layers)
{
    public const string FileName = "manifest.json";

    /// <summary>The most bytes that the file may have: 4 MiB.</summary>
    public const int MaximumSize = 4 * 1024 * 1024;

    /// <summary>Reads the file.</summary>
    /// <exception cref="FormatException">It is none; the message says why, without a subject.</exception>
    public static IReadOnlyList<DockerManifest> Parse(byte[] raw)
    {
        try
        {
            using var document = JsonDocument.Parse(raw);
            return document.RootElement.ValueKind == JsonValueKind.Array
                ? [.. document.RootElement.EnumerateArray().Select(Read)]
                : throw new FormatException("it is no JSON list");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new FormatException("it is not JSON: " + error.Message, error);
        }
    }

    private static DockerManifest Read(JsonElement image) => new(
        image.ValueKind == JsonValueKind.Object && image.TryGetProperty(nameof(Config), out var config)
            && config.ValueKind == JsonValueKind.String && config.GetString() is { Length: > 0 } path
            ? path
            : throw new FormatException("an image in it has no 'Config'"),
        ReadTexts(image, nameof(RepoTags)),
        ReadTexts(image, nameof(Layers)));

    private static IReadOnlyList<string> ReadTexts(JsonElement image, string name) =>
        !image.TryGetProperty(name, out var list) || list.ValueKind == JsonValueKind.Null ? []
        : list.ValueKind == JsonValueKind.Array && list.EnumerateArray().All(text => text.ValueKind == JsonValueKind.String)
            ? [.. list.EnumerateArray().Select(text => text.GetString()!)]
            : throw new FormatException($"'{name}' of an image in it is no list of texts");
}
