using System.Net;
using System.Net.Sockets;

namespace ImagePusher.Core.Registry.Http;

/// <summary>Connects to the addresses of a host that <see cref="ServerUrlPolicy"/> allows; a configured proxy is exempt.</summary>
internal sealed class AddressCheckedConnector(RegistryHost host)
{
    /// <exception cref="ForbiddenAddressException">The host has no other address than forbidden ones.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var endPoint = context.DnsEndPoint;
        var target = IsProxy(context) ? null : context.InitialRequestMessage.RequestUri;
        var addresses = IPAddress.TryParse(endPoint.Host, out var literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(endPoint.Host, cancellationToken).ConfigureAwait(false);
        Exception? failure = null;
        foreach (var address in addresses)
        {
            if (target is not null && !host.UrlPolicy.AllowsConnection(target, address))
            {
                failure ??= new ForbiddenAddressException(address);
                continue;
            }

            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(address, endPoint.Port, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                socket.Dispose();
                failure = error;
                if (error is SocketException)
                {
                    continue;
                }

                throw;
            }

            if (target is not null)
            {
                host.UrlPolicy.Connected(target, address);
            }

            return new NetworkStream(socket, ownsSocket: true);
        }

        throw failure ?? new SocketException((int)SocketError.HostNotFound);
    }

    // A tunnel is requested with CONNECT from the proxy; other requests are sent to the proxy for their URL.
    private bool IsProxy(SocketsHttpConnectionContext context)
    {
        var request = context.InitialRequestMessage;
        return request.Method == HttpMethod.Connect
            || (host.ProxyOf(request.RequestUri!) is { } proxy && proxy.Port == context.DnsEndPoint.Port
                && proxy.IdnHost.Trim('[', ']').Equals(context.DnsEndPoint.Host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase));
    }
}
