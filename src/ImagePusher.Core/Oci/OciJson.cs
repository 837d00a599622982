using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace ImagePusher.Core.Oci;

/// <summary>Reads the JSON of descriptors leniently: only needed fields are decoded, so unusual text elsewhere does no harm.</summary>
/// <remarks>
/// JsonDocument decodes a string only when it is asked for. A string with a lone surrogate or bytes that are not UTF-8 counts
/// as absent; its bytes are copied unchanged with the manifest.
/// </remarks>
internal static partial class OciJson
{
    /// <summary>The position of a JSON error in words.</summary>
    public static string Describe(JsonException error) => error is { LineNumber: { } line, BytePositionInLine: { } position }
        ? $"it is not valid JSON (line {line + 1}, column {position + 1})"
        : "it is not valid JSON";

    /// <summary>The reason why a document cannot be read, without a subject.</summary>
    public static string Reason(Exception error) => error is JsonException json ? Describe(json) : error.Message;

    /// <summary>A property of an object; null if it is absent. Of two with one name the last one counts, as in Go.</summary>
    public static JsonElement? Property(this JsonElement element, string name)
    {
        JsonElement? found = null;
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in element.EnumerateObject())
            {
                found = IsNamed(property, name) ? property.Value : found;
            }
        }

        return found;
    }

    /// <summary>As <see cref="Property"/>, in any letter case: Go's readers, such as Docker's, do not compare it.</summary>
    public static JsonElement? PropertyInAnyCase(this JsonElement element, string name)
    {
        JsonElement? found = null;
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in element.EnumerateObject())
            {
                found = Ascii.EqualsIgnoreCase(JsonMarshal.GetRawUtf8PropertyName(property), name) ? property.Value : found;
            }
        }

        return found;
    }

    /// <summary>A string property's value; null if it is absent, empty, not a string or not Unicode.</summary>
    public static string? Text(this JsonElement element, string name) =>
        element.Property(name)?.Text() is { Length: > 0 } text ? text : null;

    /// <summary>The objects in a list of an object; other values are omitted.</summary>
    public static IEnumerable<JsonElement> Objects(JsonElement element, string name) =>
        element.Property(name) is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object) : [];

    /// <summary>The texts in a list of an object; other values are omitted.</summary>
    public static IEnumerable<string> Texts(JsonElement element, string name) =>
        element.Property(name) is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray().Select(item => item.Text()).OfType<string>() : [];

    /// <exception cref="FormatException">The element is not a descriptor.</exception>
    public static Descriptor ReadDescriptor(JsonElement element)
    {
        if (element.Property("size") is not { ValueKind: JsonValueKind.Number } size || !size.TryGetInt64(out var bytes) || bytes < 0)
        {
            throw new FormatException("a descriptor lacks a valid digest or size");
        }

        if (bytes > Descriptor.MaximumSize)
        {
            throw new FormatException($"a descriptor has the size {bytes}, and at most {Descriptor.MaximumSize} bytes are accepted");
        }

        var urls = element.Property("urls");
        if (element.Property("mediaType") is { ValueKind: JsonValueKind.String } type && type.Text() is null)
        {
            throw new FormatException("a descriptor's media type is not Unicode text");
        }

        return new Descriptor(element.Text("mediaType") ?? "", ReadDigest(element.Text("digest")), bytes)
        {
            Platform = element.Property("platform") is { } platform ? ReadPlatform(platform) : null,
            ArtifactType = element.Text("artifactType"),
            Annotations = ReadAnnotations(element),
            Urls = urls is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray().Select(Text).OfType<string>()] : [],
        };
    }

    /// <summary>The annotations that are Unicode; empty if there are none.</summary>
    public static IReadOnlyDictionary<string, string> ReadAnnotations(JsonElement element)
    {
        if (element.Property("annotations") is not { ValueKind: JsonValueKind.Object } annotations)
        {
            return Descriptor.EmptyAnnotations;
        }

        var result = new Dictionary<string, string>();
        foreach (var property in annotations.EnumerateObject())
        {
            if (NameOf(property) is { } name && property.Value.Text() is { } value)
            {
                result[name] = value;
            }
        }

        return result;
    }

    /// <summary>A platform; null if neither operating system nor architecture is given.</summary>
    public static Platform? ReadPlatform(JsonElement element)
    {
        var (os, architecture) = (element.Text("os"), element.Text("architecture"));
        return os is null && architecture is null ? null
            : new Platform(os ?? "", architecture ?? "", element.Text("variant"), element.Text("os.version"));
    }

    /// <summary>The descriptors of a list; empty if it is absent or null, as Go writes an empty one.</summary>
    public static IReadOnlyList<Descriptor> ReadDescriptors(JsonElement element, string name) => element.Property(name) switch
    {
        null or { ValueKind: JsonValueKind.Null } => [],
        { ValueKind: JsonValueKind.Array } list => WithOneSizeEach([.. list.EnumerateArray().Select(ReadDescriptor)]),
        _ => throw new FormatException($"its '{name}' is not a list"),
    };

    // Two sizes for one digest would let one reader check what another does not.
    private static List<Descriptor> WithOneSizeEach(List<Descriptor> descriptors)
    {
        var sizes = new Dictionary<Digest, long>(descriptors.Count);
        var other = descriptors.Find(
            descriptor => !sizes.TryAdd(descriptor.Digest, descriptor.Size) && sizes[descriptor.Digest] != descriptor.Size);
        return other is null ? descriptors : throw new FormatException($"it names {other.Digest} with two sizes");
    }

    /// <exception cref="FormatException">The text is not a digest of a supported algorithm.</exception>
    public static Digest ReadDigest(string? text) => Digest.TryParse(text, out var digest) ? digest
        : text is not null && Digest.AlgorithmOf(text) is { } algorithm ? throw new UnsupportedAlgorithmException(text, algorithm)
        : throw new FormatException("a descriptor lacks a valid digest or size");

    /// <summary>A string's value; null if the element is not a string or not Unicode.</summary>
    public static string? Text(this JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A property's name; null if it is not Unicode.</summary>
    public static string? NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>True if the reader is at a name or string of this value; false also for text that is not Unicode.</summary>
    public static bool IsText(this in Utf8JsonReader reader, ReadOnlySpan<byte> text)
    {
        try
        {
            return reader.ValueTextEquals(text);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static bool IsNamed(JsonProperty property, string name)
    {
        try
        {
            return property.NameEquals(name);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
