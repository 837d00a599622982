using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ImagePusher.Core.Naming;

/// <summary>
/// The common spelling of all equivalent spellings of a registry: case, default ports, zeros before a port,
/// forms of an IP address, the names of this machine's loopback and of Docker Hub. Names that are equivalent only because of DNS are
/// different registries.
/// </summary>
internal static class RegistrySpelling
{
    // With all names below it (RFC 6761, section 6.3).
    private const string Loopback = "localhost";

    /// <summary>The common spelling; for comparison only.</summary>
    /// <param name="registry">The registry, <c>host[:port]</c>.</param>
    public static string Of(string registry)
    {
        var (host, port) = Split(registry.ToLowerInvariant());
        host = IPAddress.TryParse(host, out var address) ? Of(address)
            : host.EndsWith("." + Loopback, StringComparison.Ordinal) ? Loopback : host;
        host = host is "index.docker.io" or "registry-1.docker.io" or "registry.hub.docker.com" ? ImageReference.DockerHub : host;

        // Both default ports, because plain http is a matter of options and not of the name.
        return port is null or 443 or 80 ? host : string.Create(CultureInfo.InvariantCulture, $"{host}:{port}");
    }

    private static string Of(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

        // A connection to the unspecified address reaches this machine.
        if (IPAddress.IsLoopback(plain) || plain.Equals(IPAddress.Any) || plain.Equals(IPAddress.IPv6Any))
        {
            return Loopback;
        }

        return plain.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{plain}]" : plain.ToString();
    }

    private static (string Host, int? Port) Split(string registry)
    {
        var colon = registry.LastIndexOf(':');
        return colon > registry.LastIndexOf(']')
            && int.TryParse(registry.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
                ? (registry[..colon], port) : (registry, null);
    }
}
