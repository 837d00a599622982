using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ImagePusher.LocalRegistry;

/// <summary>Opens the listener of a registry: which addresses, which port, and who may reach it.</summary>
internal sealed record RegistryListener(HttpListener Http, string Address, int Port)
{
    private const int AccessDenied = 5;
    private const int PortTries = 20;
    private static readonly int[] InUse = [98, 48, 10048, 183, 400];

    public static RegistryListener Open(LocalRegistryOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.Port, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Port, ushort.MaxValue, nameof(options));
        var isLocal = IsLoopback(options.Listen);
        if (!isLocal && !options.ReadOnly && options.Credential is null && !options.AllowAnonymousWrite)
        {
            throw new RegistryDeniedException(
                $"The local registry was not started on '{options.Listen}': everyone who reaches that address could push and delete.",
                "Start it with -ReadOnly, with -Credential, or with -AllowAnonymousPush if that is meant; or leave out -Listen to serve this machine alone.");
        }

        for (var tries = 1; ; tries++)
        {
            var port = options.Port == 0 ? FreePort() : options.Port;
            try
            {
                return new RegistryListener(Start(isLocal ? LoopbackHosts() : [PrefixHost(options.Listen!)], port), AddressOf(isLocal, options.Listen, port), port);
            }
            catch (HttpListenerException error) when (OperatingSystem.IsWindows() && isLocal && error.ErrorCode == AccessDenied)
            {
                // Windows lets everyone listen on localhost, and reserves other names.
                return new RegistryListener(Start(["localhost"], port), AddressOf(isLocal, options.Listen, port), port);
            }
            catch (HttpListenerException) when (options.Port == 0 && tries < PortTries)
            {
                // Somebody else took the port in the meantime.
            }
            catch (HttpListenerException error)
            {
                throw Unavailable(options, port, error);
            }
            catch (SocketException error)
            {
                throw Unavailable(options, port, error);
            }
        }
    }

    private static HttpListener Start(IEnumerable<string> hosts, int port)
    {
        var listener = new HttpListener { IgnoreWriteExceptions = false };
        try
        {
            foreach (var host in hosts)
            {
                CheckResolves(host);
                listener.Prefixes.Add(string.Create(CultureInfo.InvariantCulture, $"http://{host}:{port}/"));
            }

            listener.Start();
            return listener;
        }
        catch
        {
            listener.Close();
            throw;
        }
    }

    private static bool IsLoopback(string? listen) =>
        listen is null or "localhost" || (IPAddress.TryParse(listen, out var address) && IPAddress.IsLoopback(address));

    // Elsewhere the listener can't read a prefix with an IPv6 address (dotnet/runtime#34399).
    private static IEnumerable<string> LoopbackHosts() =>
        OperatingSystem.IsWindows() ? ["localhost", "127.0.0.1", "[::1]"] : ["localhost", "127.0.0.1"];

    private static string PrefixHost(string listen) => listen switch
    {
        "*" or "+" or "0.0.0.0" => "+",
        _ when IPAddress.TryParse(listen, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6 => $"[{address}]",
        _ => listen,
    };

    // The listener takes a name that does not resolve for every address.
    private static void CheckResolves(string host)
    {
        if (host != "+" && Dns.GetHostAddresses(host).Length == 0)
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }
    }

    private static string AddressOf(bool isLocal, string? listen, int port)
    {
        var host = isLocal || PrefixHost(listen!) == "+" ? "localhost" : PrefixHost(listen!);
        return string.Create(CultureInfo.InvariantCulture, $"{host}:{port}");
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    // EADDRINUSE of Linux, macOS and Windows, ERROR_ALREADY_EXISTS of http.sys, and what .NET's own listener says of a prefix of this process.
    private static bool IsTaken(Exception error) => error is HttpListenerException listener && InUse.Contains(listener.ErrorCode);

    private static RegistryUnavailableException Unavailable(LocalRegistryOptions options, int port, Exception error) => new(
        $"The local registry could not listen on {options.Listen ?? "localhost"}:{port}: {(IsTaken(error) ? "the port is in use." : error.Message)}",
        "Choose another port, or 0 for any that is free. If -Listen was given, it must be a name or an IPv4 address of this machine, or *.",
        inner: error);
}
