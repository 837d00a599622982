using System.IO.Pipes;
using System.Net.Sockets;
using ImagePusher.Core.Messages;

namespace ImagePusher.Core.Engines;

/// <summary>The address of the API of a container engine: a unix socket, a Windows named pipe, or a TCP port without TLS.</summary>
/// <remarks>The forms of docker's <c>DOCKER_HOST</c>.</remarks>
internal sealed class EngineAddress
{
    private const string Forms =
        "Use unix:///var/run/docker.sock, npipe:////./pipe/docker_engine or tcp://localhost:2375.";

    private static readonly string[] Pipes = ["docker_engine", "podman-machine-default"];

    private readonly string _text;
    private readonly string? _socket;
    private readonly string? _pipe;
    private readonly Uri? _url;

    private EngineAddress(string text, string? socket = null, string? pipe = null, Uri? url = null) =>
        (_text, _socket, _pipe, _url) = (text, socket, pipe, url);

    /// <summary>The address of requests: the host of a socket or pipe has no meaning.</summary>
    public Uri BaseAddress => _url ?? new Uri("http://localhost/");

    /// <summary>Parses an address.</summary>
    /// <exception cref="InvalidOptionException">The text has another form, or one that is not supported: TLS and ssh.</exception>
    public static EngineAddress Parse(string text)
    {
        const string Unix = "unix://", Pipe = "npipe://", Tcp = "tcp://", Http = "http://";
        if (text.StartsWith(Unix, StringComparison.OrdinalIgnoreCase) && text.Length > Unix.Length)
        {
            return new EngineAddress(text, socket: text[Unix.Length..]);
        }

        if (text.StartsWith(Pipe, StringComparison.OrdinalIgnoreCase))
        {
            // npipe:////./pipe/NAME and npipe://\\.\pipe\NAME
            var name = text[Pipe.Length..].Replace('\\', '/');
            const string Prefix = "//./pipe/";
            return name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && name.Length > Prefix.Length
                ? new EngineAddress(text, pipe: name[Prefix.Length..]) : throw Invalid(text, "it names no pipe");
        }

        if (text.StartsWith(Tcp, StringComparison.OrdinalIgnoreCase) || text.StartsWith(Http, StringComparison.OrdinalIgnoreCase))
        {
            return Uri.TryCreate("http://" + text[(text.IndexOf("//", StringComparison.Ordinal) + 2)..], UriKind.Absolute, out var url)
                && url.Host.Length > 0
                    ? new EngineAddress(text, url: HasPort(text) ? url : WithDockerPort(url))
                    : throw Invalid(text, "it names no host");
        }

        throw Invalid(text, "its scheme is not supported");
    }

    /// <summary>
    /// The engine of this machine: <c>DOCKER_HOST</c>, <c>CONTAINER_HOST</c>, else the first existing socket of docker or podman, else
    /// docker's default.
    /// </summary>
    /// <exception cref="InvalidOptionException">The variable has a form that is not supported.</exception>
    public static EngineAddress Find()
    {
        var found = Parse(Candidates().FirstOrDefault()
            ?? (OperatingSystem.IsWindows() ? "npipe:////./pipe/docker_engine" : "unix:///var/run/docker.sock"));
        return found._url is not null && Environment.GetEnvironmentVariable("DOCKER_TLS_VERIFY") is { Length: > 0 }
            ? throw Invalid(found._text, "DOCKER_TLS_VERIFY demands TLS, which is not supported") : found;
    }

    /// <summary>The engines of this machine, the preferred one first: those of the variables, then existing sockets and pipes.</summary>
    public static IEnumerable<string> Candidates()
    {
        string?[] variables = [Environment.GetEnvironmentVariable("DOCKER_HOST"), Environment.GetEnvironmentVariable("CONTAINER_HOST")];
        var local = OperatingSystem.IsWindows()
            ? Pipes.Where(name => File.Exists(@"\\.\pipe\" + name)).Select(name => $"npipe:////./pipe/{name}")
            : Sockets().Where(File.Exists).Select(path => $"unix://{path}");
        return variables.OfType<string>().Where(value => value.Length > 0).Concat(local);
    }

    /// <summary>Opens a connection to the engine.</summary>
    /// <exception cref="IOException">The engine can't be reached.</exception>
    /// <exception cref="SocketException">The engine can't be reached.</exception>
    public async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_pipe is not null)
        {
            var pipe = new NamedPipeClientStream(".", _pipe, PipeDirection.InOut, PipeOptions.Asynchronous);
            try
            {
                await pipe.ConnectAsync(EngineLimits.ConnectTimeout, cancellationToken).ConfigureAwait(false);
                return pipe;
            }
            catch
            {
                await pipe.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }

        if (_socket is not null && !File.Exists(_socket))
        {
            // Some systems report a missing socket as an address that can't be assigned.
            throw new FileNotFoundException($"the socket '{_socket}' does not exist");
        }

        var socket = _socket is not null
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            System.Net.EndPoint end = _socket is not null
                ? new UnixDomainSocketEndPoint(_socket) : new System.Net.DnsEndPoint(_url!.Host, _url.Port);
            await socket.ConnectAsync(end, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The address as it was specified, without a user name and password.</summary>
    public override string ToString() => UserInfo.Hide(_text);

    private static bool HasPort(string text) => text.LastIndexOf(':') > text.IndexOf("//", StringComparison.Ordinal);

    private static Uri WithDockerPort(Uri url) => new UriBuilder(url) { Port = 2375 }.Uri;

    private static IEnumerable<string> Sockets()
    {
        yield return "/var/run/docker.sock";
        if (Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime)
        {
            yield return Path.Combine(runtime, "docker.sock");
            yield return Path.Combine(runtime, "podman", "podman.sock");
        }

        yield return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".docker", "run", "docker.sock");
        yield return "/run/podman/podman.sock";
    }

    private static InvalidOptionException Invalid(string text, string reason) =>
        new($"Invalid address of a container engine '{text}': {reason}.", Forms);
}
