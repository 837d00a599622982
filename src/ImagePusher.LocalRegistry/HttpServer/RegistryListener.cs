using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ImagePusher.LocalRegistry.HttpServer;

/// <summary>The listening sockets of a registry, all on one port.</summary>
internal sealed class RegistryListener : IDisposable
{
    private const int Backlog = 512;
    private const int PortAttempts = 20;

    private RegistryListener(IReadOnlyList<Socket> sockets, string host, int port)
    {
        (Sockets, Port) = (sockets, port);
        Address = string.Create(CultureInfo.InvariantCulture, $"{host}:{port}");
    }

    public IReadOnlyList<Socket> Sockets { get; }

    /// <summary>The address of the registry on this machine, <c>host:port</c>.</summary>
    public string Address { get; }

    public int Port { get; }

    /// <summary>Opens the sockets that the options ask for.</summary>
    /// <exception cref="RegistryDeniedException">Other machines could write without credentials.</exception>
    /// <exception cref="RegistryUnavailableException">The port is in use, or the address does not belong to this machine.</exception>
    public static RegistryListener Open(LocalRegistryOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.Port, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Port, ushort.MaxValue, nameof(options));
        var address = ListenAddress.Parse(options.Listen);
        if (!address.IsLoopback && !options.ReadOnly && options.Credential is null && !options.AllowAnonymousWrite)
        {
            throw new RegistryDeniedException(
                $"The local registry was not started on '{options.Listen}' because everyone who reaches that address could push "
                + "and delete.",
                "Make it read-only, require a credential, or explicitly allow anonymous writes; or listen on this machine only.");
        }

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return Open(address, options.Port);
            }
            catch (SocketException error) when (
                options.Port == 0 && attempt < PortAttempts && error.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Another process has the port that the system chose for the first address.
            }
            catch (SocketException error)
            {
                throw Unavailable(options, error);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var socket in Sockets)
        {
            socket.Dispose();
        }
    }

    private static RegistryListener Open(ListenAddress address, int port)
    {
        var sockets = new List<Socket>();
        try
        {
            foreach (var (ip, isOptional) in address.Resolve())
            {
                if (Listen(ip, port, isOptional) is { } socket)
                {
                    sockets.Add(socket);
                    port = ((IPEndPoint)socket.LocalEndPoint!).Port;
                }
            }

            return new RegistryListener(sockets, address.Host, port);
        }
        catch
        {
            sockets.ForEach(socket => socket.Dispose());
            throw;
        }
    }

    private static Socket? Listen(IPAddress address, int port, bool isOptional)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (OperatingSystem.IsWindows())
            {
                // Elsewhere no other user can bind to a port in use, and this option would keep a stopped registry's port busy.
                socket.ExclusiveAddressUse = true;
            }

            if (address.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = address.Equals(IPAddress.IPv6Any);
            }

            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException error) when (isOptional && error.SocketErrorCode != SocketError.AddressAlreadyInUse)
        {
            // This machine has no IPv6.
            socket.Dispose();
            return null;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static RegistryUnavailableException Unavailable(LocalRegistryOptions options, SocketException error)
    {
        var reason = error.SocketErrorCode == SocketError.AddressAlreadyInUse ? "the port is in use." : $"{error.Message.TrimEnd('.')}.";
        return new RegistryUnavailableException(
            string.Create(CultureInfo.InvariantCulture,
                $"The local registry could not listen on {options.Listen ?? "localhost"}:{options.Port}: {reason}"),
            "Choose another port, or 0 for any free port. An address to listen on must be a name or an address of this machine, or *.",
            inner: error);
    }
}
