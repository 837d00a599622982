using System.Net;
using System.Net.Sockets;

namespace ImagePusher.Core.Registry.Http;

/// <summary>Distinguishes addresses of this machine and its network from addresses of the internet.</summary>
internal static class NetworkAddress
{
    private static readonly IPNetwork[] PrivateNetworks =
    [
        .. new[]
        {
            // RFC 6890: this network, private use, shared address space, loopback, link-local, IETF protocols, multicast, reserved.
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
            "192.168.0.0/16", "224.0.0.0/4", "240.0.0.0/4",

            // Unspecified and loopback, local-use NAT64 (RFC 8215), unique local, link-local, site-local, multicast.
            "::/127", "64:ff9b:1::/48", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>True for localhost and the names below it (RFC 6761, 6.3).</summary>
    public static bool IsLocalhost(string host)
    {
        var name = host.TrimEnd('.');
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>True for a private, loopback, link-local, unspecified or multicast address, also inside an IPv6 address.</summary>
    public static bool IsPrivate(IPAddress address) =>
        Array.Exists(PrivateNetworks, network => network.Contains(address)) || (Embedded(address) is { } inner && IsPrivate(inner));

    /// <summary>True for a host that is such an address, or localhost. Other names are judged when they are connected to.</summary>
    public static bool IsPrivate(string host) => IsLocalhost(host) || (IPAddress.TryParse(host, out var address) && IsPrivate(address));

    // The IPv4 address that an IPv6 address leads to; null for any other address.
    private static IPAddress? Embedded(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return null;
        }

        ReadOnlySpan<byte> bytes = address.GetAddressBytes();
        return bytes switch
        {
            // IPv4-mapped and IPv4-translated (RFC 4291, RFC 2765), and IPv4-compatible, which is obsolete.
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ..] or [0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, ..]
                or [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ..] => new IPAddress(bytes[12..]),

            // NAT64 (RFC 6052), 6to4 (RFC 3056), ISATAP (RFC 5214).
            [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, ..] => new IPAddress(bytes[12..]),
            [0x20, 0x02, ..] => new IPAddress(bytes[2..6]),
            [_, _, _, _, _, _, _, _, 0 or 2, 0, 0x5e, 0xfe, ..] => new IPAddress(bytes[12..]),

            // Teredo (RFC 4380): the client's address with its bits inverted.
            [0x20, 0x01, 0, 0, ..] => new IPAddress([(byte)~bytes[12], (byte)~bytes[13], (byte)~bytes[14], (byte)~bytes[15]]),
            _ => null,
        };
    }
}
