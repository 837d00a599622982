using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ImagePusher.Core.Oci;

/// <summary>Reads and writes the JSON of descriptors; the one place that knows its property names.</summary>
internal static class OciJson
{
    // Names beyond ASCII stay readable in the files that we write, as other tools write them.
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(Action<Utf8JsonWriter> content)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            content(writer);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="FormatException">The element is no descriptor.</exception>
    public static Descriptor ReadDescriptor(JsonElement element)
    {
        try
        {
            return Read(element);
        }
        catch (JsonException error)
        {
            throw new FormatException("a descriptor has text that is no Unicode", error);
        }
    }

    private static Descriptor Read(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object
            || !Digest.TryParse(element.Text("digest"), out var digest)
            || !element.TryGetProperty("size", out var size) || size.ValueKind != JsonValueKind.Number || !size.TryGetInt64(out var bytes) || bytes < 0)
        {
            throw new FormatException("a descriptor lacks a valid digest or size");
        }

        return new Descriptor(element.Text("mediaType") ?? "", digest, bytes)
        {
            Platform = element.TryGetProperty("platform", out var platform) && platform.ValueKind == JsonValueKind.Object ? ReadPlatform(platform) : null,
            ArtifactType = element.Text("artifactType"),
            Annotations = ReadAnnotations(element),
            Urls = element.TryGetProperty("urls", out var urls) && urls.ValueKind == JsonValueKind.Array
                ? [.. urls.EnumerateArray().Where(url => url.ValueKind == JsonValueKind.String).Select(Text)]
                : [],
        };
    }

    public static IReadOnlyDictionary<string, string> ReadAnnotations(JsonElement element)
    {
        if (!element.TryGetProperty("annotations", out var annotations) || annotations.ValueKind != JsonValueKind.Object)
        {
            return Descriptor.EmptyAnnotations;
        }

        var result = new Dictionary<string, string>();
        foreach (var property in annotations.EnumerateObject().Where(property => property.Value.ValueKind == JsonValueKind.String))
        {
            result[NameOf(property)] = property.Value.Text();
        }

        return result;
    }

    public static Platform ReadPlatform(JsonElement element) =>
        new(element.Text("os") ?? "", element.Text("architecture") ?? "", element.Text("variant"), element.Text("os.version"));

    /// <summary>The descriptors of a list; none where it is absent or null, as Go writes an empty one.</summary>
    public static IReadOnlyList<Descriptor> ReadDescriptors(JsonElement element, string name) =>
        !element.TryGetProperty(name, out var list) || list.ValueKind == JsonValueKind.Null ? []
        : list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray().Select(ReadDescriptor)]
        : throw new FormatException($"its '{name}' is no list");

    /// <summary>A string property's value; null where it is absent, empty or no string.</summary>
    /// <exception cref="JsonException">It is no Unicode.</exception>
    public static string? Text(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String && value.Text() is { Length: > 0 } text
            ? text
            : null;

    // JsonDocument looks at the bytes of a text only when it is asked for, and then throws what nobody expects of bad input.
    private static string Text(this JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw new JsonException("A text in it is no Unicode.", error);
        }
    }

    private static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException error)
        {
            throw new JsonException("A name in it is no Unicode.", error);
        }
    }

    public static void WriteDescriptor(Utf8JsonWriter writer, Descriptor descriptor)
    {
        writer.WriteStartObject();
        writer.WriteString("mediaType", descriptor.MediaType);
        writer.WriteString("digest", descriptor.Digest.ToString());
        writer.WriteNumber("size", descriptor.Size);
        if (descriptor.Urls.Count > 0)
        {
            writer.WriteStartArray("urls");
            foreach (var url in descriptor.Urls)
            {
                writer.WriteStringValue(url);
            }

            writer.WriteEndArray();
        }

        WriteAnnotations(writer, descriptor.Annotations);
        if (descriptor.Platform is { } platform)
        {
            writer.WriteStartObject("platform");
            writer.WriteString("architecture", platform.Architecture);
            writer.WriteString("os", platform.Os);
            WriteOptional(writer, "os.version", platform.OsVersion);
            WriteOptional(writer, "variant", platform.Variant);
            writer.WriteEndObject();
        }

        WriteOptional(writer, "artifactType", descriptor.ArtifactType);
        writer.WriteEndObject();
    }

    public static void WriteDescriptors(Utf8JsonWriter writer, string name, IEnumerable<Descriptor> descriptors)
    {
        writer.WriteStartArray(name);
        foreach (var descriptor in descriptors)
        {
            WriteDescriptor(writer, descriptor);
        }

        writer.WriteEndArray();
    }

    public static void WriteAnnotations(Utf8JsonWriter writer, IReadOnlyDictionary<string, string> annotations)
    {
        if (annotations.Count == 0)
        {
            return;
        }

        writer.WriteStartObject("annotations");
        foreach (var (key, value) in annotations.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            writer.WriteString(key, value);
        }

        writer.WriteEndObject();
    }

    private static void WriteOptional(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }
}
