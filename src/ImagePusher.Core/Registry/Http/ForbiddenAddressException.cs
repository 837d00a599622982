using System.Net;

namespace ImagePusher.Core.Registry.Http;

/// <summary>A host that a server named has a private address. It does not leave this namespace.</summary>
internal sealed class ForbiddenAddressException(IPAddress address) : Exception($"The address {address} is not allowed.")
{
    public IPAddress Address { get; } = address;
}
