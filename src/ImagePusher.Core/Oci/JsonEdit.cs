using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ImagePusher.Core.Oci;

/// <summary>
/// Changes values in the bytes of a JSON object or array; everything else keeps its bytes, known or not, valid Unicode or
/// not.
/// </summary>
internal static class JsonEdit
{
    /// <summary>Sets, appends and removes properties of an object.</summary>
    /// <param name="json">The object.</param>
    /// <param name="values">The new values as JSON, by property; null removes the property.</param>
    public static byte[] Set(ReadOnlySpan<byte> json, IReadOnlyDictionary<string, byte[]?> values)
    {
        var properties = Properties(json);
        var output = new ArrayBufferWriter<byte>(json.Length + 256);
        var pending = new Dictionary<string, byte[]?>(values);
        output.Write("{"u8);
        for (var position = 0; position < properties.Count; position++)
        {
            var (name, start, value) = properties[position];
            if (name is null || !values.TryGetValue(name, out var changed))
            {
                Append(output, json[start..value.End.Value]);
            }
            else if (pending.Remove(name) && changed is not null)
            {
                Append(output, json[start..value.Start.Value], changed);
            }
        }

        foreach (var (name, value) in pending.Where(pair => pair.Value is not null))
        {
            Append(output, [.. Text(name), (byte)':'], value);
        }

        output.Write("}"u8);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The bytes of a property's value; empty if the object does not have it.</summary>
    public static ReadOnlySpan<byte> Get(ReadOnlySpan<byte> json, string name)
    {
        var found = Properties(json).FindLast(property => property.Name == name);
        return found.Name is null ? [] : json[found.Value];
    }

    /// <summary>The places of an array's elements; none in an empty text, which represents a property that is missing.</summary>
    public static List<Range> Elements(ReadOnlySpan<byte> json)
    {
        var elements = new List<Range>();
        if (json.IsEmpty)
        {
            return elements;
        }

        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            elements.Add(start..(int)reader.BytesConsumed);
        }

        return elements;
    }

    /// <summary>A string as JSON.</summary>
    public static byte[] Text(string value) =>
        [(byte)'"', .. JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes, (byte)'"'];

    /// <summary>A number as JSON.</summary>
    public static byte[] Number(long value) => Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture));

    /// <summary>An array of elements that are JSON already.</summary>
    public static byte[] Array(IEnumerable<ReadOnlyMemory<byte>> elements)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        output.Write("["u8);
        foreach (var element in elements)
        {
            output.Write(output.WrittenCount > 1 ? ","u8 : []);
            output.Write(element.Span);
        }

        output.Write("]"u8);
        return output.WrittenSpan.ToArray();
    }

    private static void Append(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> property, ReadOnlySpan<byte> value = default)
    {
        output.Write(output.WrittenCount > 1 ? ","u8 : []);
        output.Write(property);
        output.Write(value);
    }

    /// <summary>The properties in order: name (null if it is not Unicode), start of the name and place of the value.</summary>
    private static List<(string? Name, int Start, Range Value)> Properties(ReadOnlySpan<byte> json)
    {
        var properties = new List<(string?, int, Range)>();
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (name, start) = (NameOf(ref reader), (int)reader.TokenStartIndex);
            reader.Read();
            var value = (int)reader.TokenStartIndex;
            reader.Skip();
            properties.Add((name, start, value..(int)reader.BytesConsumed));
        }

        return properties;
    }

    private static string? NameOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
