using System.Globalization;
using System.Net;
using System.Text;

namespace ImagePusher.LocalRegistry.HttpServer;

/// <summary>Writes a status line with its headers.</summary>
internal static class ResponseHead
{
    public static readonly byte[] Continue = Encoding.ASCII.GetBytes("HTTP/1.1 100 Continue\r\n\r\n");

    public static byte[] Write(HttpStatusCode status, HeaderTable headers, DateTimeOffset now)
    {
        var text = new StringBuilder(256);
        text.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {(int)status} {PhraseOf(status)}\r\n");
        text.Append(CultureInfo.InvariantCulture, $"Date: {now:r}\r\n");
        foreach (var (name, value) in headers.All)
        {
            text.Append(name).Append(": ").Append(Printable(value)).Append("\r\n");
        }

        return Encoding.ASCII.GetBytes(text.Append("\r\n").ToString());
    }

    // Some values come from the cache, which others may have written: a line break would end the header.
    private static string Printable(string value) => string.Create(value.Length, value, (target, source) =>
    {
        for (var index = 0; index < source.Length; index++)
        {
            target[index] = source[index] is >= ' ' and <= '~' ? source[index] : '?';
        }
    });

    // RFC 9112, 4: the phrase is for people; clients ignore it.
    private static string PhraseOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.OK => "OK",
        HttpStatusCode.RequestedRangeNotSatisfiable => "Range Not Satisfiable",
        HttpStatusCode.RequestEntityTooLarge => "Content Too Large",
        _ => string.Concat(status.ToString().Select((letter, index) => index > 0 && char.IsUpper(letter) ? $" {letter}" : $"{letter}")),
    };
}
