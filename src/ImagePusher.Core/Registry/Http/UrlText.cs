using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Unicode;

namespace ImagePusher.Core.Registry.Http;

/// <summary>URLs as text: the query of an upload's Location is state that must come back byte for byte, and Uri may re-encode it.</summary>
internal static class UrlText
{
    private static readonly UriCreationOptions WithoutCanonicalization = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>A Uri that sends exactly this text.</summary>
    public static Uri ToUri(string url) =>
        Uri.TryCreate(url, WithoutCanonicalization, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw new FormatException("it is not an http or https URL");

    /// <summary>Scheme, host and port.</summary>
    public static string Origin(string url) => ToUri(url).GetLeftPart(UriPartial.Authority).ToLowerInvariant();

    /// <summary>The URL without its query, which may be a secret.</summary>
    public static string WithoutQuery(string url)
    {
        var query = url.AsSpan().IndexOfAny('?', '#');
        return query < 0 ? url : url[..query];
    }

    /// <summary>The text, a URL or not, without user name, password and query.</summary>
    public static string WithoutUserAndQuery(string url)
    {
        var text = WithoutQuery(url);
        var start = text.IndexOf("//", StringComparison.Ordinal) is var slashes && slashes < 0 ? 0 : slashes + 2;
        var end = text.IndexOf('/', start);
        var user = text.LastIndexOf('@', end < 0 ? text.Length - 1 : end);
        return user < start ? text : text[..start] + text[(user + 1)..];
    }

    /// <summary>Resolves a Location or Link against the URL that gave it. Printable ASCII is kept; a fragment is dropped.</summary>
    /// <exception cref="FormatException">It is not a URL.</exception>
    public static string Resolve(string baseUrl, string location)
    {
        location = WithoutFragment(Encode(location.Trim()));
        var root = Origin(baseUrl);
        if (location.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            || location.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            return WithPath(location);
        }

        // A doubled slash before v2 is a misconfigured prefix, not a host named v2.
        if (location.StartsWith("//", StringComparison.Ordinal) && !location.StartsWith("//v2/", StringComparison.Ordinal))
        {
            return WithPath(root[..root.IndexOf("//", StringComparison.Ordinal)] + location);
        }

        if (location.StartsWith('/'))
        {
            return root + Collapse("/" + location.TrimStart('/'));
        }

        var path = WithoutQuery(baseUrl)[root.Length..];
        if (location.StartsWith('?'))
        {
            return root + path + location;
        }

        // RFC 3986, 4.2: a colon in the first segment would make it a scheme.
        return WithoutQuery(location).Split('/')[0].Contains(':', StringComparison.Ordinal)
            ? throw new FormatException("its scheme is neither http nor https")
            : root + Collapse(path[..(path.LastIndexOf('/') + 1)] + location);
    }

    /// <summary>
    /// Percent-encodes all but printable ASCII, as Go does; HttpClient would send other bytes in its place. The text is Unicode, or
    /// UTF-8 whose bytes arrived as the characters U+0000 to U+00FF (<see cref="UrlHeaderEncoding"/>).
    /// </summary>
    /// <exception cref="FormatException">It contains a control character, or a host that is not ASCII.</exception>
    public static string Encode(string url)
    {
        if (!url.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            return url;
        }

        if (url.AsSpan().IndexOfAnyInRange('\0', '\x1f') >= 0 || url.Contains('\x7f', StringComparison.Ordinal))
        {
            throw new FormatException("it contains a control character");
        }

        var scheme = url.IndexOf("//", StringComparison.Ordinal);
        var isAbsolute = scheme == 0 || (scheme > 0 && url[scheme - 1] == ':' && url.AsSpan(0, scheme).IndexOfAny('/', '?') < 0);
        var end = isAbsolute ? url.AsSpan(scheme + 2).IndexOfAny('/', '?', '#') : -1;
        var authority = isAbsolute ? end < 0 ? url : url[..(scheme + 2 + end)] : "";
        if (authority.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw new FormatException("its host is not ASCII");
        }

        var bytes = Encoding.Latin1.GetBytes(url);
        bytes = !url.AsSpan().ContainsAnyExceptInRange('\0', '\xff') && Utf8.IsValid(bytes) ? bytes : Encoding.UTF8.GetBytes(url);
        var text = new StringBuilder(bytes.Length + 32);
        foreach (var octet in bytes)
        {
            _ = octet is >= (byte)'!' and <= (byte)'~'
                ? text.Append((char)octet)
                : text.Append(CultureInfo.InvariantCulture, $"%{octet:X2}");
        }

        return text.ToString();
    }

    /// <summary>Adds a parameter to whatever query there is.</summary>
    public static string AddQuery(string url, string name, string value) =>
        WithoutFragment(url) is var start && start.Contains('?', StringComparison.Ordinal)
            ? $"{start}&{name}={Uri.EscapeDataString(value)}"
            : $"{start}?{name}={Uri.EscapeDataString(value)}";

    /// <summary>True for localhost, 127.0.0.0/8 and ::1.</summary>
    public static bool IsLoopback(string host)
    {
        var name = ToUri("http://" + host).DnsSafeHost;
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address));
    }

    private static string WithoutFragment(string url) =>
        url.IndexOf('#', StringComparison.Ordinal) is var end && end < 0 ? url : url[..end];

    // A request needs a path, and Uri adds none to a URL that it keeps as written.
    private static string WithPath(string url)
    {
        var start = url.IndexOf("//", StringComparison.Ordinal) + 2;
        var end = url.AsSpan(start).IndexOfAny('/', '?');
        var complete = end < 0 ? url + "/" : url[start + end] == '?' ? url.Insert(start + end, "/") : url;
        _ = ToUri(complete);
        return complete;
    }

    private static string Collapse(string pathAndQuery)
    {
        var end = pathAndQuery.IndexOf('?');
        var path = end < 0 ? pathAndQuery : pathAndQuery[..end];
        if (!path.Contains("/.", StringComparison.Ordinal))
        {
            return pathAndQuery;
        }

        var parts = new List<string>();
        foreach (var part in path.Split('/').Skip(1))
        {
            if (part == ".." && parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("." or ".."))
            {
                parts.Add(part);
            }
        }

        return "/" + string.Join('/', parts) + (end < 0 ? "" : pathAndQuery[end..]);
    }
}
