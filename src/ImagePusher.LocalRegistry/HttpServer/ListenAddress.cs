using System.Net;
using System.Net.Sockets;

namespace ImagePusher.LocalRegistry.HttpServer;

/// <summary>The address in <see cref="LocalRegistryOptions.Listen"/>.</summary>
/// <param name="Host">The host name of the registry on this machine.</param>
/// <param name="IsLoopback">True if other machines cannot connect.</param>
/// <param name="Name">A host name or address; null for loopback, <c>*</c> for every address.</param>
internal sealed record ListenAddress(string Host, bool IsLoopback, string? Name)
{
    private static readonly string[] LoopbackHosts = ["localhost", "127.0.0.1", "::1"];

    public static ListenAddress Parse(string? listen)
    {
        var isAddress = IPAddress.TryParse(listen, out var address);
        return listen switch
        {
            null => new("localhost", true, null),
            "*" or "+" => new("localhost", false, "*"),
            _ when isAddress && IPAddress.IsLoopback(address!) => new("localhost", true, null),
            _ when isAddress && (address!.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)) =>
                new("localhost", false, address.ToString()),
            _ when isAddress && address!.AddressFamily == AddressFamily.InterNetworkV6 => new($"[{address}]", false, address.ToString()),
            _ when listen.Equals("localhost", StringComparison.OrdinalIgnoreCase) => new("localhost", true, null),
            _ => new(listen, false, listen),
        };
    }

    /// <summary>
    /// True if a Host header names this registry. A web page of a foreign host name that resolves to this machine (DNS rebinding) must not
    /// be able to send requests to a registry that trusts all users of this machine.
    /// </summary>
    public bool Accepts(string? hostHeader)
    {
        if (!IsLoopback || hostHeader is null)
        {
            return true;
        }

        var end = hostHeader.LastIndexOf(':');
        var host = end < 0 || hostHeader.EndsWith(']') ? hostHeader : hostHeader[..end];
        return LoopbackHosts.Contains(host.Trim('[', ']'), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The addresses to listen on; an optional one may be missing on this machine.</summary>
    /// <exception cref="SocketException">The name does not resolve.</exception>
    public IEnumerable<(IPAddress Address, bool IsOptional)> Resolve() => Name switch
    {
        null => [(IPAddress.Loopback, false), (IPAddress.IPv6Loopback, true)],
        "*" => Socket.OSSupportsIPv6 ? [(IPAddress.IPv6Any, false)] : [(IPAddress.Any, false)],
        _ when IPAddress.TryParse(Name, out var address) => [(address, false)],
        _ => Dns.GetHostAddresses(Name).Select(address => (address, false)),
    };
}
