using System.Buffers;
using System.Net;
using System.Text;
using ImagePusher.LocalRegistry.Protocol;

namespace ImagePusher.LocalRegistry.HttpServer;

/// <summary>Parses a request line with its headers strictly: ambiguous requests are rejected (RFC 9112, 2.2, 3, 5).</summary>
internal static class RequestHeadParser
{
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Parses the bytes before the empty line.</summary>
    /// <exception cref="RequestRejectedException">400, 431 or 505.</exception>
    public static RequestHead Parse(ReadOnlySpan<byte> head)
    {
        var lines = Encoding.Latin1.GetString(head).Split("\r\n");
        if (Array.Exists(lines, line => line.AsSpan().ContainsAny('\r', '\n', '\0')))
        {
            throw RequestHead.Malformed("a line contains a control character");
        }

        if (lines.Length - 1 > LocalRegistryLimits.HeaderCount)
        {
            throw TooLarge();
        }

        var (method, target, isHttp11) = ParseRequestLine(lines[0]);
        var request = new RequestHead(method, target, isHttp11, new HeaderTable());
        foreach (var line in lines.AsSpan(1))
        {
            AddHeader(request.Headers, line);
        }

        if (request.Headers.Values("Host").Count != 1 && isHttp11)
        {
            throw RequestHead.Malformed("a request must have one Host header");
        }

        request.CheckFraming();
        return request;
    }

    /// <summary>
    /// False if no request can begin with these bytes, so that waiting for more is pointless: a TLS handshake, for
    /// instance.
    /// </summary>
    public static bool CanStart(ReadOnlySpan<byte> bytes) => bytes.IsEmpty || TokenCharacters.Contains((char)bytes[0]);

    public static RequestRejectedException TooLarge() =>
        new(HttpStatusCode.RequestHeaderFieldsTooLarge, ErrorCode.Unsupported, "the request line with its headers is too large");

    private static (string Method, string Target, bool IsHttp11) ParseRequestLine(string line)
    {
        if (line.Split(' ') is not [var method, var target, var version] || !IsToken(method) || target.Length == 0
            || target.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw RequestHead.Malformed("the request line is not METHOD TARGET VERSION");
        }

        return version switch
        {
            "HTTP/1.1" => (method, target, true),
            "HTTP/1.0" => (method, target, false),
            _ => throw new RequestRejectedException(
                HttpStatusCode.HttpVersionNotSupported, ErrorCode.Unsupported, "the version is not HTTP/1.0 or HTTP/1.1"),
        };
    }

    private static void AddHeader(HeaderTable headers, string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon < 1 || !IsToken(line.AsSpan(0, colon)))
        {
            throw RequestHead.Malformed("a header line is not NAME: VALUE");
        }

        headers.Add(line[..colon], line[(colon + 1)..].Trim(' ', '\t'));
    }

    private static bool IsToken(ReadOnlySpan<char> text) => text.Length > 0 && !text.ContainsAnyExcept(TokenCharacters);
}
