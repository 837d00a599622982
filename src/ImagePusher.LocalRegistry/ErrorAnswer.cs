using System.Buffers;
using System.Text.Json;

namespace ImagePusher.LocalRegistry;

/// <summary>Writes the body of an error answer.</summary>
/// <remarks>distribution-spec, Error Codes.</remarks>
internal static class ErrorAnswer
{
    public const string MediaType = "application/json";

    public static ReadOnlyMemory<byte> Of(RefusedException refusal)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("errors");
            if (refusal.Details.Count == 0)
            {
                Write(writer, refusal, null);
            }

            foreach (var detail in refusal.Details)
            {
                Write(writer, refusal, detail);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter writer, RefusedException refusal, string? detail)
    {
        writer.WriteStartObject();
        writer.WriteString("code", refusal.Code);
        writer.WriteString("message", refusal.Message);
        if (detail is not null)
        {
            writer.WriteString("detail", detail);
        }

        writer.WriteEndObject();
    }
}
