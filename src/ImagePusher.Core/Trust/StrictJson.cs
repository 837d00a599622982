using System.Text.Json;
using System.Text.Unicode;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Trust;

/// <summary>
/// Reads JSON on which a decision about trust depends: no duplicate property, no unknown property, no wrong type. All readers of a document
/// must get the same values.
/// </summary>
internal static class StrictJson
{
    private const int MaximumDepth = 16;

    /// <exception cref="FormatException">The bytes are not one JSON document, or an object has a property twice.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        // The parser accepts other bytes within strings, and fails where they are read.
        if (!Utf8.IsValid(json.Span))
        {
            throw new FormatException($"it is not UTF-8 ({JsonPosition.OfInvalidText(json.Span)})");
        }

        try
        {
            return JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = MaximumDepth });
        }
        catch (JsonException error)
        {
            // If the syntax is correct, the structure is invalid: a duplicate property or excessive depth.
            throw new FormatException(IsSyntax(json) ? OciJson.Describe(error) : DescribeStructure(json.Span), error);
        }
        catch (InvalidOperationException error)
        {
            // Names are decoded to compare them.
            throw new FormatException("the name of a property is not Unicode text", error);
        }
    }

    /// <summary>The properties of an object by name.</summary>
    /// <param name="element">The object.</param>
    /// <param name="known">The names that it may have.</param>
    /// <param name="place">Its place in the document, for messages.</param>
    /// <exception cref="FormatException">It is not an object, or has another property.</exception>
    public static Dictionary<string, JsonElement> Object(JsonElement element, IReadOnlyCollection<string> known, string place)
    {
        var properties = Object(element, place);
        return properties.Keys.FirstOrDefault(name => !known.Contains(name)) is { } other
            ? throw Invalid(Join(place, other), "is not supported")
            : properties;
    }

    /// <summary>The properties of an object of any names.</summary>
    /// <inheritdoc cref="Object(JsonElement, IReadOnlyCollection{string}, string)"/>
    public static Dictionary<string, JsonElement> Object(JsonElement element, string place)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Invalid(place, "is not an object");
        }

        try
        {
            return element.EnumerateObject().ToDictionary(property => property.Name, property => property.Value, StringComparer.Ordinal);
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            throw new FormatException($"a name in {Named(place)} is not Unicode text, or is there twice", error);
        }
    }

    /// <summary>The text of a required property.</summary>
    /// <exception cref="FormatException">It is missing or not text.</exception>
    public static string Text(IReadOnlyDictionary<string, JsonElement> properties, string name, string place) =>
        properties.TryGetValue(name, out var value) ? Text(value, Join(place, name))
        : throw Invalid(Join(place, name), "is missing");

    /// <summary>The text of a value.</summary>
    /// <exception cref="FormatException">It is not text.</exception>
    public static string Text(JsonElement value, string place) =>
        value.Text() ?? throw Invalid(place, "is not text");

    /// <summary>The bytes of base64 text.</summary>
    /// <exception cref="FormatException">It is not base64.</exception>
    public static byte[] Base64(string text, string place)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            throw Invalid(place, "is not base64");
        }
    }

    /// <summary>The elements of a list that has at least one.</summary>
    /// <exception cref="FormatException">The value is not a list, or empty.</exception>
    public static IReadOnlyList<JsonElement> List(JsonElement value, string place) =>
        value.ValueKind != JsonValueKind.Array ? throw Invalid(place, "is not a list")
        : value.GetArrayLength() == 0 ? throw Invalid(place, "is empty")
        : [.. value.EnumerateArray()];

    /// <summary>The position of a property: <c>critical.image</c>, <c>transports.docker["host/name"]</c>.</summary>
    public static string Join(string place, string name) => place + Segment(name, isFirst: place.Length == 0);

    /// <summary>The segment that <see cref="Join"/> appends.</summary>
    public static string Segment(string name, bool isFirst) =>
        name.Length == 0 || !name.All(char.IsAsciiLetterOrDigit) ? $"[\"{name}\"]" : isFirst ? name : $".{name}";

    /// <summary>The error about a place of the document.</summary>
    /// <param name="place">The place.</param>
    /// <param name="problem">The rest of the message: <c>is not text</c>.</param>
    public static FormatException Invalid(string place, string problem) =>
        new JsonContentException(place, $"{Named(place)} {problem}");

    private static string Named(string place) => place.Length > 0 ? place : "the document";

    private static string DescribeStructure(ReadOnlySpan<byte> json) =>
        JsonPosition.OfDuplicateOrDepth(json, MaximumDepth) is { } position
            ? $"an object has a property twice, or is nested too deeply ({position})"
            : "an object has a property twice, or is nested too deeply";

    private static bool IsSyntax(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1000 });
            return false;
        }
        catch (JsonException)
        {
            return true;
        }
    }
}
