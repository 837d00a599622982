using System.Net;
using System.Net.Sockets;
using System.Text;
using ImagePusher.Core.Cache;
using ImagePusher.TestSupport;

namespace ImagePusher.LocalRegistry.Tests;

/// <summary>How connections are used, and that their number and their idle time are bounded.</summary>
public sealed class ConnectionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // The next connection is awaited at the very moment at which the registry stops.
    [Fact]
    public async Task A_registry_can_be_stopped_while_it_accepts_a_connection()
    {
        using var folder = new TemporaryFolder();
        var cache = ImageCache.Open(folder["cache"]);
        var stopped = 0;
        await Parallel.ForAsync(0, 1_000, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Token }, async (_, token) =>
        {
            var server = await LocalRegistryServer.StartAsync(cache, new LocalRegistryOptions { Port = 0 }, token);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, server.Port, token);
            await server.DisposeAsync();
            Interlocked.Increment(ref stopped);
        });
        Assert.Equal(1_000, stopped);
    }

    // Without a request a connection may wait for two minutes, also after an earlier request; a request head must come in 30 s.
    [Theory]
    [InlineData("", 120, 1)]
    [InlineData("GET /v2/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 120, 2)]
    [InlineData("G", 30, 1)]
    [InlineData("GET /v2/ HTTP/1.1\r\nHost: localhost\r\nX: ", 30, 1)]
    public async Task A_connection_without_a_complete_request_is_closed_after_its_timeout(string sent, int seconds, int timers)
    {
        var clock = new ObservedTime();
        await using var registry = await RunningRegistry.StartAsync(options => options with { TimeProvider = clock });
        using var socket = await registry.ConnectAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes(sent), SocketFlags.None, Token);
        if (timers > 1)
        {
            Assert.StartsWith("HTTP/1.1 200 ", await ReceiveAsync(socket), StringComparison.Ordinal);
        }

        await clock.StartedAsync(TimeSpan.FromSeconds(seconds), timers, Token);
        var closed = ReadToEndAsync(socket);
        clock.Advance(TimeSpan.FromSeconds(seconds - 1));
        Assert.False(closed.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(2));
        var received = await closed;
        Assert.True(seconds == 30 ? received.StartsWith("HTTP/1.1 408 ", StringComparison.Ordinal) : received.Length == 0, received);
    }

    [Theory]
    [InlineData("")]
    [InlineData("GET /v2/ HT")]
    [InlineData("GET /v2/ HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    public async Task More_connections_than_the_limit_close_the_longest_idle_ones(string sent)
    {
        await using var registry = await RunningRegistry.StartAsync();
        var sockets = new List<Socket>();
        try
        {
            for (var number = 0; number < LocalRegistryLimits.Connections + 50; number++)
            {
                var socket = await registry.ConnectAsync();
                sockets.Add(socket);
                await socket.SendAsync(Encoding.ASCII.GetBytes(sent), SocketFlags.None, Token);
            }

            Assert.InRange(registry.Registry.Connections, 1, LocalRegistryLimits.Connections);
            (await registry.GetAsync("/v2/")).Is(System.Net.HttpStatusCode.OK);
            Assert.InRange(registry.Registry.Connections, 1, LocalRegistryLimits.Connections);
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task Requests_that_were_sent_together_are_answered_in_order()
    {
        await using var registry = await RunningRegistry.StartAsync();
        const string Request = "GET /v2/ HTTP/1.1\r\nHost: localhost\r\n\r\n";
        var answer = await registry.ExchangeRawAsync(
            $"{Request}\r\nGET /v2/none/tags/list HTTP/1.1\r\nHost: localhost\r\n\r\n{Request.Replace("\r\n\r\n", "\r\nConnection: "
                + "close\r\n\r\n", StringComparison.Ordinal)}");
        Assert.Equal(["200", "404", "200"], answer.Split("HTTP/1.1 ", StringSplitOptions.RemoveEmptyEntries).Select(part => part[..3]));
    }

    [Fact]
    public async Task A_client_that_expects_100_gets_it_before_it_sends_and_not_if_the_request_is_rejected()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var place = await registry.StartUploadAsync();
        using var socket = await registry.ConnectAsync();
        await socket.SendAsync(
            Encoding.ASCII.GetBytes($"PATCH {place} HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"),
            SocketFlags.None, Token);
        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n", await ReceiveAsync(socket));
        await socket.SendAsync("abc"u8.ToArray(), SocketFlags.None, Token);
        Assert.StartsWith("HTTP/1.1 202 ", await ReceiveAsync(socket), StringComparison.Ordinal);

        var rejected = await registry.ExchangeRawAsync(
            "PUT /v2/a/manifests/.bad HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400 ", rejected, StringComparison.Ordinal);
        Assert.Contains("Connection: close", rejected, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("160301020001000001fc0303")]
    [InlineData("0000000000")]
    [InlineData("ffd8ffe0")]
    [InlineData("505249202a20485454502f322e300d0a0d0a534d0d0a0d0a")]
    public async Task TLS_and_other_protocols_are_rejected_without_waiting_for_more(string bytes)
    {
        await using var registry = await RunningRegistry.StartAsync();
        using var socket = await registry.ConnectAsync();
        await socket.SendAsync(Convert.FromHexString(bytes), SocketFlags.None, Token);
        Assert.Matches("^HTTP/1.1 (400|505) ", await ReadToEndAsync(socket));
    }

    [Fact]
    public async Task HTTP_1_0_and_the_absolute_form_are_answered()
    {
        await using var registry = await RunningRegistry.StartAsync();
        Assert.StartsWith("HTTP/1.1 200 ", await registry.ExchangeRawAsync("GET /v2/ HTTP/1.0\r\n\r\n"), StringComparison.Ordinal);
        var absolute = await registry.ExchangeRawAsync("GET http://localhost/v2/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", absolute, StringComparison.Ordinal);
        Assert.Contains("\r\nDate: ", absolute, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(40_000, 1)]
    [InlineData(10, 101)]
    [InlineData(400, 99)]
    public async Task Too_large_a_head_is_431(int length, int count)
    {
        await using var registry = await RunningRegistry.StartAsync();
        var headers = string.Concat(Enumerable.Repeat($"X: {new string('a', length)}\r\n", count));
        var answer = await registry.ExchangeRawAsync($"GET /v2/ HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
        Assert.StartsWith("HTTP/1.1 431 ", answer, StringComparison.Ordinal);
    }

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        var buffer = new byte[4096];
        return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, SocketFlags.None, Token));
    }

    private static async Task<string> ReadToEndAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return await reader.ReadToEndAsync(Token);
    }
}
