using System.Collections.Concurrent;
using System.Text;
using ImagePusher.TestSupport.RawHttp;

namespace ImagePusher.TestSupport.FakeRegistries;

/// <summary>A proxy that leads every CONNECT to one server of this machine: so a registry can be met under its real name.</summary>
public sealed class ConnectProxy : IAsyncDisposable
{
    private readonly LoopbackListener _listener;
    private readonly string _address;
    private readonly ConcurrentQueue<string> _targets = new();

    private ConnectProxy(string address)
    {
        _address = address;
        _listener = new LoopbackListener(certificates: null, ServeAsync);
    }

    /// <summary>The value for HTTPS_PROXY.</summary>
    public string Url => $"http://127.0.0.1:{_listener.Port}";

    /// <summary>The requested hosts and ports, each once.</summary>
    public IReadOnlyList<string> Targets => [.. _targets.Distinct()];

    /// <summary>Starts one in front of a server that speaks TLS.</summary>
    public static ConnectProxy Start(string address) => new(address);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private async Task ServeAsync(RawHttpConnection client, CancellationToken ended)
    {
        if (await client.ReadHeadAsync(ended) is not { Method: "CONNECT" } head)
        {
            return;
        }

        _targets.Enqueue(head.Target);
        await using var server = await RawHttpConnection.ConnectAsync(_address, ended);
        await client.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 Connected\r\n\r\n"), ended);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ended);
        var (up, down) = (PumpAsync(client, server, over.Token), PumpAsync(server, client, over.Token));
        await Task.WhenAny(up, down);
        await over.CancelAsync();
        await Task.WhenAll(up, down);
    }

    private static async Task PumpAsync(RawHttpConnection from, RawHttpConnection to, CancellationToken over)
    {
        var buffer = new byte[RawHttpConnection.PieceSize];
        while (await from.ReadAsync(buffer, over) is > 0 and var count)
        {
            await to.WriteAsync(buffer.AsMemory(0, count), over);
        }
    }
}
