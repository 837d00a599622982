using System.Globalization;
using System.Text.Json;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Inspection;

/// <summary>
/// The data of an image config about running and building the image; fields with types other than specified are omitted.
/// </summary>
/// <remarks>image-spec, config.md; moby, image/spec/v1.2.md for HealthCheck.</remarks>
internal sealed class ImageDocument
{
    private ImageDocument(byte[] raw, JsonElement root)
    {
        Raw = raw;
        Basics = ImageConfig.Parse(raw);
        Author = root.Text("author");
        History = [.. Elements(root.Property("history")).Select(HistoryStep.Of)];
        if (root.Property("config") is not { ValueKind: JsonValueKind.Object } config)
        {
            return;
        }

        User = config.Text("User");
        WorkingDirectory = config.Text("WorkingDir");
        StopSignal = config.Text("StopSignal");
        Entrypoint = Texts(config.Property("Entrypoint"));
        Command = Texts(config.Property("Cmd"));
        Environment = [.. Texts(config.Property("Env")).Select(Split)];
        Labels = [.. Members(config.Property("Labels")).Where(member => member.Value.ValueKind == JsonValueKind.String)
            .Select(member => new KeyValuePair<string, string>(member.Key, member.Value.Text() ?? ""))];
        ExposedPorts = [.. Members(config.Property("ExposedPorts")).Select(member => member.Key)];
        Volumes = [.. Members(config.Property("Volumes")).Select(member => member.Key)];
        HealthCheck = config.Property("Healthcheck") is { ValueKind: JsonValueKind.Object } check ? HealthCheckSettings.Of(check) : null;
    }

    /// <summary>The unchanged bytes.</summary>
    public byte[] Raw { get; }

    /// <summary>Platform, diff IDs and creation time.</summary>
    public ImageConfig Basics { get; }

    public string? Author { get; }

    public string? User { get; }

    public string? WorkingDirectory { get; }

    public string? StopSignal { get; }

    public IReadOnlyList<string> Entrypoint { get; } = [];

    public IReadOnlyList<string> Command { get; } = [];

    /// <summary>The variables in their order; a text without '=' is a variable without a value.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> Labels { get; } = [];

    public IReadOnlyList<string> ExposedPorts { get; } = [];

    public IReadOnlyList<string> Volumes { get; } = [];

    public HealthCheckSettings? HealthCheck { get; }

    public IReadOnlyList<HistoryStep> History { get; }

    /// <summary>Parses a config.</summary>
    /// <exception cref="FormatException">The bytes are not an image config; the message says why, without a subject.</exception>
    public static ImageDocument Parse(byte[] raw)
    {
        try
        {
            using var document = JsonDocument.Parse(raw);
            return new ImageDocument(raw, document.RootElement);
        }
        catch (JsonException error)
        {
            throw new FormatException(OciJson.Describe(error), error);
        }
    }

    /// <summary>A time; null if the property is absent or not one.</summary>
    internal static DateTimeOffset? Time(JsonElement element, string name) =>
        DateTimeOffset.TryParse(element.Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;

    /// <summary>The strings of a list; empty if the element is not a list.</summary>
    internal static IReadOnlyList<string> Texts(JsonElement? list) => [.. Elements(list).Select(OciJson.Text).OfType<string>()];

    private static JsonElement.ArrayEnumerator Elements(JsonElement? list) =>
        list is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : default;

    // Of two members with one name the last one counts, as in Go.
    private static OrderedDictionary<string, JsonElement> Members(JsonElement? element)
    {
        var members = new OrderedDictionary<string, JsonElement>();
        if (element is { ValueKind: JsonValueKind.Object } table)
        {
            foreach (var property in table.EnumerateObject())
            {
                if (OciJson.NameOf(property) is { } name)
                {
                    members[name] = property.Value;
                }
            }
        }

        return members;
    }

    private static KeyValuePair<string, string> Split(string variable) =>
        variable.IndexOf('=', StringComparison.Ordinal) is var equals and >= 0
        ? new KeyValuePair<string, string>(variable[..equals], variable[(equals + 1)..])
        : new KeyValuePair<string, string>(variable, "");
}
