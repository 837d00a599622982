using System.Net;

namespace ImagePusher.Core.Registry.Http;

/// <summary>
/// The hosts that NO_PROXY names, read as docker reads it (Go, golang.org/x/net/http/httpproxy): <c>*</c>, a name with all below
/// it, <c>.name</c> for those below it alone, an address, a network as <c>10.0.0.0/8</c>, each with a port or without.
/// </summary>
internal static class NoProxyList
{
    public static bool Names(string? list, Uri host) =>
        (list ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Any(entry => Names(entry, host.DnsSafeHost, host.Port));

    private static bool Names(string entry, string host, int port)
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

    // "host:5000", "[::1]:5000", and "::1", whose last part is no port.
    private static (string Name, int? Port) Split(string entry)
    {
        var colon = entry.LastIndexOf(':');
        var isPort = colon > 0 && (entry.IndexOf(':', StringComparison.Ordinal) == colon || entry[colon - 1] == ']');
        return isPort && int.TryParse(entry.AsSpan(colon + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var port)
            ? (entry[..colon].Trim('[', ']'), port)
            : (entry.Trim('[', ']'), null);
    }
}
