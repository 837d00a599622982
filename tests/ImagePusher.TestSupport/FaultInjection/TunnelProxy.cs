using System.Collections.Concurrent;
using ImagePusher.TestSupport.RawHttp;

namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>A forward proxy as companies have them: CONNECT opens a tunnel, whatever the name, to one server on this machine. It may ask
/// for a password.</summary>
public sealed class TunnelProxy : IAsyncDisposable
{
    private readonly LoopbackListener _listener;
    private readonly string _server;
    private readonly string? _authorization;
    private readonly ConcurrentQueue<string> _opened = new();
    private int _refused;

    private TunnelProxy(string server, string? authorization)
    {
        (_server, _authorization) = (server, authorization);
        _listener = new LoopbackListener(null, ServeAsync);
    }

    /// <summary>Host and port of the proxy itself.</summary>
    public string Address => $"127.0.0.1:{_listener.Port}";

    /// <summary>The names and ports that tunnels were opened to, in their order.</summary>
    public IReadOnlyList<string> Opened => [.. _opened];

    /// <summary>How many requests were answered 407.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>Starts one.</summary>
    /// <param name="server">Where all tunnels lead, host and port.</param>
    /// <param name="authorization">The Proxy-Authorization that it wants; null for none.</param>
    public static TunnelProxy Start(string server, string? authorization = null) => new(server, authorization);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private async Task ServeAsync(RawHttpConnection client, CancellationToken ended)
    {
        while (await client.ReadHeadAsync(ended) is { } head)
        {
            if (_authorization is not null && head.Fields["Proxy-Authorization"] != _authorization)
            {
                Interlocked.Increment(ref _refused);
                await client.WriteAsync(
                    HttpHead.Response(407, new HttpFields { { "Proxy-Authenticate", "Basic realm=\"proxy\"" }, { "Content-Length", "0" } })
                        .ToBytes(), ended);
                continue;
            }

            _opened.Enqueue(head.Target);
            await using var server = await RawHttpConnection.ConnectAsync(_server, ended);
            await client.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), ended);
            await Task.WhenAny(PumpAsync(client, server, ended), PumpAsync(server, client, ended));
            return;
        }
    }

    private static async Task PumpAsync(RawHttpConnection from, RawHttpConnection to, CancellationToken ended)
    {
        var piece = new byte[RawHttpConnection.PieceSize];
        while (await from.ReadAsync(piece, ended) is > 0 and var count)
        {
            await to.WriteAsync(piece.AsMemory(0, count), ended);
        }
    }
}
