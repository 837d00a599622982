using System.Net;
using System.Net.Sockets;

namespace ImagePusher.Core.Registry.Http;

/// <summary>URLs as text: the query of an upload's Location is state that must come back byte for byte, and Uri may re-encode it.</summary>
internal static class UrlText
{
    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>A Uri that sends exactly this text.</summary>
    public static Uri ToUri(string url) =>
        Uri.TryCreate(url, AsWritten, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw new FormatException("not an http or https URL");

    /// <summary>Scheme, host and port.</summary>
    public static string Origin(string url) => ToUri(url).GetLeftPart(UriPartial.Authority).ToLowerInvariant();

    /// <summary>The URL without its query, which may be a secret.</summary>
    public static string WithoutQuery(string url)
    {
        var query = url.AsSpan().IndexOfAny('?', '#');
        return query < 0 ? url : url[..query];
    }

    /// <summary>Resolves a Location or Link against the URL that gave it; nothing is re-encoded.</summary>
    /// <exception cref="FormatException">It is no URL.</exception>
    public static string Resolve(string baseUrl, string location)
    {
        location = location.Trim();
        var root = Origin(baseUrl);
        if (location.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || location.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            _ = ToUri(location);
            return location;
        }

        // A doubled slash before v2 is a misconfigured prefix, not a host named v2.
        if (location.StartsWith("//", StringComparison.Ordinal) && !location.StartsWith("//v2/", StringComparison.Ordinal))
        {
            return ToUri(root[..root.IndexOf("//", StringComparison.Ordinal)] + location).OriginalString;
        }

        if (location.StartsWith('/'))
        {
            return root + "/" + location.TrimStart('/');
        }

        var path = WithoutQuery(baseUrl)[root.Length..];
        return location.StartsWith('?')
            ? root + path + location
            : root + Collapse(path[..(path.LastIndexOf('/') + 1)] + location);
    }

    /// <summary>Adds a parameter to whatever query there is.</summary>
    public static string AddQuery(string url, string name, string value) =>
        url + (url.Contains('?', StringComparison.Ordinal) ? "&" : "?") + name + "=" + Uri.EscapeDataString(value);

    /// <summary>True for localhost, 127.0.0.0/8 and ::1.</summary>
    public static bool IsLoopback(string host)
    {
        var name = ToUri("http://" + host).DnsSafeHost;
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address));
    }

    /// <summary>True if the URL names an address that only the own machine or network reaches.</summary>
    public static bool IsPrivateAddress(string url)
    {
        var name = ToUri(url).DnsSafeHost;
        if (name.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        if (!IPAddress.TryParse(name, out var address))
        {
            return false;
        }

        if (IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal)
        {
            return true;
        }

        var bytes = address.GetAddressBytes();
        return address.AddressFamily == AddressFamily.InterNetwork
            && (bytes[0] == 10 || (bytes[0] == 172 && bytes[1] is >= 16 and < 32) || (bytes[0] == 192 && bytes[1] == 168) || (bytes[0] == 169 && bytes[1] == 254));
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
