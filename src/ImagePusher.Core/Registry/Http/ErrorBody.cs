using System.Text.Json;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Registry.Http;

/// <summary>
/// The content of an error's body: the registry's code and message, or the kind of page that came instead (distribution-spec,
/// Error Codes).
/// </summary>
/// <param name="Code">The registry's code; null without one.</param>
/// <param name="Message">One line for the user; null for an empty body.</param>
internal sealed record ErrorBody(string? Code, string? Message)
{
    private const int MaximumText = 300;

    public static ErrorBody Empty { get; } = new(null, null);

    /// <summary>
    /// The content of a body without the secrets of the request. They are removed before a long text is cut, and again after escape
    /// sequences were decoded.
    /// </summary>
    public static ErrorBody Read(byte[] body, string? mediaType, SecretFilter secrets)
    {
        var parsed = Parse(secrets.Hide(System.Text.Encoding.UTF8.GetString(body)), mediaType);
        return new ErrorBody(
            parsed.Code is { } code ? secrets.Hide(code) : null, parsed.Message is { } message ? secrets.Hide(message) : null);
    }

    public static ErrorBody Parse(string body, string? mediaType)
    {
        var text = body.Trim();
        if (text.Length == 0)
        {
            return Empty;
        }

        if (text[0] is '{' or '[' && TryParseJson(text) is { } parsed)
        {
            return parsed;
        }

        return text[0] == '<' || mediaType is "text/html"
            ? new ErrorBody(null, Title(text) is { } title ? $"a web page, '{title}'" : "a web page")
            : new ErrorBody(null, OneLine(text));
    }

    /// <summary>Printable text on one line, not too long.</summary>
    public static string OneLine(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        line = new string([.. line.Where(character => !char.IsControl(character))]);
        return line.Length <= MaximumText ? line : line[..MaximumText] + "…";
    }

    private static ErrorBody? TryParseJson(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return new ErrorBody(null, OneLine(text));
            }

            if (root.Property("errors") is { ValueKind: JsonValueKind.Array } errors && errors.GetArrayLength() > 0)
            {
                var first = errors[0];
                return first.ValueKind == JsonValueKind.Object
                    ? new ErrorBody(first.Text("code")?.ToUpperInvariant(), Describe(first))
                    : new ErrorBody(null, OneLine(first.Text() ?? first.GetRawText()));
            }

            var message = root.Text("message") ?? root.Text("details") ?? root.Text("error_description") ?? root.Text("error");
            return new ErrorBody(root.Text("code"), OneLine(message ?? text));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Describe(JsonElement error)
    {
        var message = error.Text("message");
        var detail = error.Property("detail") ?? default;
        var more = detail.ValueKind switch
        {
            JsonValueKind.String => error.Text("detail"),
            JsonValueKind.Object => detail.Text("message") ?? detail.Text("reason"),
            _ => null,
        };
        var all = more is null || more == message ? message : $"{message} ({more})";
        return all is null ? null : OneLine(all);
    }

    private static string? Title(string html)
    {
        var start = html.IndexOf("<title", StringComparison.OrdinalIgnoreCase);
        start = start < 0 ? -1 : html.IndexOf('>', start) + 1;
        var end = start <= 0 ? -1 : html.IndexOf("</title", start, StringComparison.OrdinalIgnoreCase);
        return end <= start ? null : OneLine(System.Net.WebUtility.HtmlDecode(html[start..end]));
    }
}
