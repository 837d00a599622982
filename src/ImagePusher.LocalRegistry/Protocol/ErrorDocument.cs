using System.Buffers;
using System.Text.Json;

namespace ImagePusher.LocalRegistry.Protocol;

/// <summary>Writes the body of an error response.</summary>
/// <remarks>distribution-spec, Error Codes.</remarks>
internal static class ErrorDocument
{
    public const string MediaType = "application/json";

    public static ReadOnlyMemory<byte> Of(RequestRejectedException error)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("errors");
            if (error.Details.Count == 0)
            {
                Write(writer, error, null);
            }

            foreach (var detail in error.Details)
            {
                Write(writer, error, detail);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter writer, RequestRejectedException error, string? detail)
    {
        writer.WriteStartObject();
        writer.WriteString("code", error.Code);
        writer.WriteString("message", error.Message);
        if (detail is not null)
        {
            writer.WriteString("detail", detail);
        }

        writer.WriteEndObject();
    }
}
