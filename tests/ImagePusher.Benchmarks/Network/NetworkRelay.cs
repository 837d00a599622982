using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace ImagePusher.Benchmarks.Network;

/// <summary>Forwards the connections to a port of loopback to another one, with the delay and the rate of a network.</summary>
internal sealed class NetworkRelay : IAsyncDisposable
{
    private const int PieceSize = 32 * 1024;

    /// <summary>Pieces in transit on one connection in one direction: the 4 MiB to which Linux lets a window grow.</summary>
    private const int Window = 128;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _end = new();
    private readonly int _target;
    private readonly TimeSpan _roundTrip;
    private readonly EmulatedLink _up;
    private readonly EmulatedLink _down;
    private readonly Task _accepting;
    private int _connections;

    public NetworkRelay(int target, TimeSpan roundTrip, EmulatedLink up, EmulatedLink down)
    {
        (_target, _roundTrip, _up, _down) = (target, roundTrip, up, down);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(512);
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public int Connections => Volatile.Read(ref _connections);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptAsync(_end.Token);
                Interlocked.Increment(ref _connections);
                _ = Task.Run(() => RelayAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task RelayAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target, _end.Token);

                // The client considers the connection established; over a network this takes one round trip.
                var connected = Stopwatch.GetTimestamp() + EmulatedLink.Ticks(_roundTrip);
                await Task.WhenAll(PumpAsync(client, server, _up, connected), PumpAsync(server, client, _down, 0));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // One side closed the connection.
            }
        }
    }

    private async Task PumpAsync(Socket from, Socket to, EmulatedLink link, long earliest)
    {
        var pieces = Channel.CreateBounded<(byte[] Bytes, int Length, long Due)>(Window);
        var writing = WriteAsync(pieces.Reader, to);
        try
        {
            while (true)
            {
                var bytes = ArrayPool<byte>.Shared.Rent(PieceSize);
                var length = await from.ReceiveAsync(bytes.AsMemory(0, PieceSize), _end.Token);
                if (length == 0)
                {
                    break;
                }

                var due = Math.Max(link.Send(length), earliest == 0 ? 0 : earliest + EmulatedLink.Ticks(_roundTrip / 2));
                await pieces.Writer.WriteAsync((bytes, length, due), _end.Token);
            }
        }
        finally
        {
            pieces.Writer.Complete();
            await writing;
        }
    }

    private async Task WriteAsync(ChannelReader<(byte[] Bytes, int Length, long Due)> pieces, Socket to)
    {
        await foreach (var (bytes, length, due) in pieces.ReadAllAsync(_end.Token))
        {
            // A timer is exact to a millisecond; data that is due within that time is sent immediately.
            if (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) is { TotalMilliseconds: > 1 } left)
            {
                await Task.Delay(left, _end.Token);
            }

            await to.SendAsync(bytes.AsMemory(0, length), _end.Token);
            ArrayPool<byte>.Shared.Return(bytes);
        }

        to.Shutdown(SocketShutdown.Send);
    }
}
