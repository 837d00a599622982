using System.Globalization;
using System.Net;
using ImagePusher.LocalRegistry.Protocol;

namespace ImagePusher.LocalRegistry.HttpServer;

/// <summary>A request line with its headers.</summary>
internal sealed record RequestHead(string Method, string Target, bool IsHttp11, HeaderTable Headers)
{
    /// <summary>True if the client does not send another request on the connection.</summary>
    public bool IsLast => !IsHttp11 || Headers.HasToken("Connection", "close");

    /// <summary>True if the client waits for 100 before it sends the body (RFC 9110, 10.1.1).</summary>
    public bool ExpectsContinue => IsHttp11 && Headers.HasToken("Expect", "100-continue");

    public bool IsChunked => Headers["Transfer-Encoding"] is not null;

    /// <summary>Bytes of the body; 0 without one, null if the chunks say it.</summary>
    public long? BodyLength =>
        IsChunked ? null : Headers["Content-Length"] is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : 0;

    /// <summary>
    /// Checks how the body is delimited. A message with both lengths is rejected: a proxy in front may have read the other one
    /// (request smuggling; RFC 9112, 6.3 and 11.2).
    /// </summary>
    /// <exception cref="RequestRejectedException">400 or 501.</exception>
    public void CheckFraming()
    {
        var (codings, lengths) = (Headers.Values("Transfer-Encoding"), Headers.Values("Content-Length"));
        if (codings.Count > 0 && (lengths.Count > 0 || !IsHttp11))
        {
            throw Malformed("a request must not have both Content-Length and Transfer-Encoding");
        }

        if (codings.Count > 0 && (codings.Count > 1 || !codings[0].Equals("chunked", StringComparison.OrdinalIgnoreCase)))
        {
            throw new RequestRejectedException(
                HttpStatusCode.NotImplemented, ErrorCode.Unsupported, "chunked is the only transfer coding supported");
        }

        if (lengths.Count > 1 || (lengths.Count == 1 && !long.TryParse(lengths[0], NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            throw Malformed("Content-Length must be one number");
        }
    }

    public static RequestRejectedException Malformed(string message) =>
        new(HttpStatusCode.BadRequest, ErrorCode.Unsupported, $"malformed request: {message}");
}
