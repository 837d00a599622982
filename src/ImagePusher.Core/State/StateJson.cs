using System.Text.Json;

namespace ImagePusher.Core.State;

/// <summary>Reads the JSON of state files.</summary>
internal static class StateJson
{
    /// <summary>Reads a document; null if it does not exist or is not valid: it only avoids repeated work.</summary>
    public static T? Read<T>(byte[]? content, Func<JsonElement, T> read)
        where T : class
    {
        if (content is null)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(content);
            return read(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or FormatException)
        {
            return null;
        }
    }
}
