using System.Net;
using System.Text;
using System.Text.Json;
using ImagePusher.Core.Messages;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Engines;

/// <summary>Reads the messages of an engine: JSON objects, one after the other, with text, progress or an error.</summary>
/// <param name="address">The engine, for messages.</param>
internal sealed class EngineMessages(EngineAddress address)
{
    private string? _last;

    /// <summary>Reads all messages of a response.</summary>
    /// <exception cref="EngineFailedException">The engine reports an error, or its answer can't be read.</exception>
    public async Task ReadAsync(Stream body, HttpStatusCode status, Action<string> message, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(body, Encoding.UTF8);
        var line = new StringBuilder();
        var buffer = new char[4096];
        var count = 0;
        int read;
        while ((read = await reader.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            foreach (var character in buffer.AsSpan(0, read))
            {
                if (character != '\n')
                {
                    line.Append(character);
                }

                if (character == '\n' || line.Length > EngineLimits.MessageLength)
                {
                    Take(line, message);
                    count++;
                }
            }

            if (count > EngineLimits.Messages)
            {
                throw Failed("it writes too many messages");
            }
        }

        Take(line, message);
        if (status != HttpStatusCode.OK)
        {
            throw Failed(_last ?? $"it responded with {(int)status}");
        }
    }

    private void Take(StringBuilder line, Action<string> message)
    {
        var text = line.ToString().Trim();
        line.Clear();
        if (text.Length == 0)
        {
            return;
        }

        // A refused request is answered by {"message": …}, a failed load by {"error": …} in a response that began as a success.
        var (kind, value) = Read(text);
        if (kind == "error")
        {
            throw Failed(value);
        }

        _last = value;
        if (kind == "stream" && value.Trim().Length > 0)
        {
            message(TerminalText.Quote(value.Trim()));
        }
    }

    private static (string Kind, string Value) Read(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            foreach (var kind in new[] { "error", "stream", "message", "status" })
            {
                if (json.RootElement.Property(kind) is { ValueKind: JsonValueKind.String } value)
                {
                    return (kind, value.Text() ?? "its answer is not Unicode text");
                }
            }

            return ("", text);
        }
        catch (JsonException)
        {
            // Not every proxy in front of an engine answers in JSON.
            return ("", text);
        }
    }

    private EngineFailedException Failed(string reason) => new(
        $"The container engine at {address} did not load the image: {TerminalText.Quote(reason.Trim()).TrimEnd('.')}.",
        "Check the engine's own log, and the space on its disk.");
}
