using System.Globalization;
using System.Net;

namespace ImagePusher.Core.Registry.Http;

/// <summary>
/// Patterns of hosts, as NO_PROXY and AllowedHosts have them (Go, golang.org/x/net/http/httpproxy): <c>*</c>, a name with all names
/// below it, <c>.name</c> for the names below it only, an address, a network as <c>10.0.0.0/8</c>; each with or without a port.
/// </summary>
internal static class HostPatterns
{
    /// <summary>True if one of the patterns, separated by commas or spaces, matches.</summary>
    public static bool Match(string? list, Uri host) => Match(
        (list ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        host.DnsSafeHost, host.Port);

    /// <summary>True if one of the patterns matches.</summary>
    public static bool Match(IEnumerable<string> patterns, string host, int port) => patterns.Any(pattern => Matches(pattern, host, port));

    private static bool Matches(string entry, string host, int port)
    {
        if (entry == "*")
        {
            return true;
        }

        if (IPNetwork.TryParse(entry, out var network))
        {
            return IPAddress.TryParse(host, out var address) && network.Contains(address);
        }

        var (name, wanted) = Split(entry);
        if (wanted is not null && wanted != port)
        {
            return false;
        }

        if (IPAddress.TryParse(name, out var single))
        {
            return IPAddress.TryParse(host, out var address) && single.Equals(address);
        }

        name = name.StartsWith("*.", StringComparison.Ordinal) ? name[1..] : name;
        return name.StartsWith('.')
            ? host.EndsWith(name, StringComparison.OrdinalIgnoreCase)
            : host.Equals(name, StringComparison.OrdinalIgnoreCase) || host.EndsWith("." + name, StringComparison.OrdinalIgnoreCase);
    }

    // "host:5000", "[::1]:5000", and "::1", whose last part is not a port.
    private static (string Name, int? Port) Split(string entry)
    {
        var colon = entry.LastIndexOf(':');
        var isPort = colon > 0 && (entry.IndexOf(':', StringComparison.Ordinal) == colon || entry[colon - 1] == ']');
        return isPort && int.TryParse(entry.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? (entry[..colon].Trim('[', ']'), port)
            : (entry.Trim('[', ']'), null);
    }
}
