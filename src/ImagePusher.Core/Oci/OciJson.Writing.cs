using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ImagePusher.Core.Oci;

/// <content>Writes descriptors in canonical form.</content>
internal static partial class OciJson
{
    // Names beyond ASCII stay readable in the files that are written, as other tools write them.
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
