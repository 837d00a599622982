using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ImagePusher.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace ImagePusher.LocalRegistry.Tests;

/// <summary>Malicious, slow and disconnecting clients do not affect the registry.</summary>
public sealed class RobustnessTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/v2/../x")]
    [InlineData("/v2/../../etc/passwd")]
    [InlineData("/v2/a/blobs/../../../etc/passwd")]
    [InlineData("/v2/a/blobs/sha256:../../../index.json")]
    [InlineData("/v2/a/blobs/%2e%2e%2f%2e%2e%2findex.json")]
    [InlineData("/v2/a/manifests/../../../oci-layout")]
    [InlineData("/v2/a/blobs/uploads/../../../../.imagepusher/lock")]
    [InlineData("/v2/..%2f..%2fetc/manifests/passwd")]
    [InlineData("/v2/a\\..\\b/manifests/1")]
    [InlineData("/v2/a%00b/manifests/1")]
    [InlineData("/v2/%c0%ae%c0%ae/manifests/1")]
    [InlineData("/v2/a/manifests/%")]
    [InlineData("/v2/a/tags/list?n=%zz&last=%")]
    [InlineData("/v2/a/manifests/1?%00=%ff")]
    [InlineData("/%2e%2e/v2/")]
    [InlineData("*")]
    public async Task Path_traversal_is_rejected(string path)
    {
        await using var registry = await RunningRegistry.StartAsync();
        foreach (var method in new[] { "GET", "PUT", "DELETE", "POST" })
        {
            var answer = await registry.ExchangeRawAsync(
                $"{method} {path} HTTP/1.1\r\nHost: {registry.Address}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            Assert.Matches("^HTTP/1.1 4[0-9][0-9] ", answer);
        }

        await AssertRunningAsync(registry);
    }

    [Theory]
    [InlineData("\r\n\r\n")]
    [InlineData("garbage\r\n\r\n")]
    [InlineData("GET /v2/ HTTP/1.1\r\n\r\n")]
    [InlineData("GET /v2/ HTTP/1.1\r\nHost: elsewhere\r\n\r\n")]
    [InlineData("GET /v2/ HTTP/9.9\r\nHost: localhost\r\n\r\n")]
    [InlineData("GET  /v2/ HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("PUT /v2/a/manifests/1 HTTP/1.1\r\nHost: HOST\r\nContent-Length: -5\r\n\r\n")]
    [InlineData("PUT /v2/a/manifests/1 HTTP/1.1\r\nHost: HOST\r\nContent-Length: 99999999999999999999\r\n\r\n")]
    [InlineData("PUT /v2/a/manifests/1 HTTP/1.1\r\nHost: HOST\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!")]
    [InlineData("PUT /v2/a/manifests/1 HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n")]
    [InlineData("PUT /v2/a/manifests/1 HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: gzip\r\n\r\nhello")]
    [InlineData("PUT /v2/a/manifests/1 HTTP/1.1\r\nHost: HOST\r\nContent-Length: 50\r\n\r\nhello")]
    [InlineData("PUT /v2/a/manifests/1 HTTP/1.1\r\nHost: HOST\r\n\r\n")]
    [InlineData("POST /v2/a/blobs/uploads/ HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel")]
    public async Task Malformed_requests_do_not_stop_the_registry(string request)
    {
        await using var registry = await RunningRegistry.StartAsync();
        using var socket = await registry.ConnectAsync();
        await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(request.Replace("HOST", registry.Address, StringComparison.Ordinal)),
            SocketFlags.None, Token);
        socket.Shutdown(SocketShutdown.Send);
        await AssertRunningAsync(registry);
        Assert.Empty(await registry.Cache.ListAsync(Token));
    }

    [Fact]
    public async Task A_very_long_head_does_not_stop_the_registry()
    {
        await using var registry = await RunningRegistry.StartAsync();
        foreach (var head in new[] { $"GET /v2/{new string('a', 200_000)} HTTP/1.1\r\n",
            $"GET /v2/ HTTP/1.1\r\nHost: {registry.Address}\r\nX: {new string('a', 500_000)}\r\n\r\n" })
        {
            using var socket = await registry.ConnectAsync();
            await SendUntilRefusedAsync(socket, System.Text.Encoding.ASCII.GetBytes(head), 1);
        }

        await AssertRunningAsync(registry);
    }

    [Theory]
    [InlineData("PUT", "/v2/a/manifests/1", 413)]
    [InlineData("PUT", "/v2/a/manifests/.bad", 400)]
    [InlineData("PATCH", "/v2/a/blobs/uploads/none", 404)]
    [InlineData("POST", "/v2/", 405)]
    [InlineData("POST", "/v2/a/blobs/uploads/", 202)]
    [InlineData("DELETE", "/nowhere", 404)]
    public async Task An_endless_body_is_answered_and_then_the_connection_is_closed(string method, string path, int status)
    {
        await using var registry = await RunningRegistry.StartAsync();
        using var socket = await registry.ConnectAsync();
        var head = $"{method} {path} HTTP/1.1\r\nHost: {registry.Address}\r\nTransfer-Encoding: chunked\r\n\r\n";
        await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(head), SocketFlags.None, Token);
        var reading = ReadAnswerAsync(socket);
        var chunk = System.Text.Encoding.ASCII.GetBytes($"100000\r\n{new string('x', 0x100000)}\r\n");
        var sent = await SendUntilRefusedAsync(socket, chunk, 1000);
        Assert.InRange(sent, 0, 200L * chunk.Length);
        Assert.StartsWith($"HTTP/1.1 {status} ", await reading, StringComparison.Ordinal);
        await AssertRunningAsync(registry);
    }

    [Fact]
    public async Task An_early_response_is_received_by_a_client_that_is_still_sending()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var large = new byte[30_000_000];
        (await registry.PutManifestAsync("1", large)).IsError(HttpStatusCode.RequestEntityTooLarge, "SIZE_INVALID");
        var place = await registry.StartUploadAsync();
        (await registry.SendAsync("PATCH", place, large, ("Content-Range", "5-30000004"))).Is(HttpStatusCode.RequestedRangeNotSatisfiable);
        (await registry.SendAsync("PATCH", "/v2/a/blobs/uploads/none", large)).Is(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Abandoned_connections_do_not_block_others_or_the_stop()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var blob = Http.RandomBytes(5_000_000);
        var digest = await registry.PushBlobAsync(blob);
        var place = await registry.StartUploadAsync();
        var sockets = new List<Socket>();
        try
        {
            foreach (var start in new[]
            {
                "", "GET /v2/", "GET /v2/ HTTP/1.1\r\nHost: ",
                $"PUT /v2/a/manifests/1 HTTP/1.1\r\nHost: {registry.Address}\r\nContent-Length: 1000\r\n\r\n{{",
                $"POST /v2/a/blobs/uploads/?digest={digest} HTTP/1.1\r\nHost: {registry.Address}\r\nContent-Length: 1000\r\n\r\nabc",
                $"PATCH {place} HTTP/1.1\r\nHost: {registry.Address}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
                $"GET /v2/team/app/blobs/{digest} HTTP/1.1\r\nHost: {registry.Address}\r\n\r\n",
            })
            {
                for (var times = 0; times < 40; times++)
                {
                    var socket = await registry.ConnectAsync();
                    sockets.Add(socket);
                    await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(start), SocketFlags.None, Token);
                }
            }

            await registry.PushImageAsync("1", layers: blob);
            Assert.Equal(blob, (await registry.GetAsync($"/v2/team/app/blobs/{digest}")).Body);
            var watch = Stopwatch.StartNew();
            await registry.Registry.DisposeAsync();
            Assert.InRange(watch.Elapsed.TotalSeconds, 0, 10);
            Assert.Empty(registry.Parts());
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task A_stalled_client_gets_408_and_its_bytes_are_kept()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var registry =
            await RunningRegistry.StartAsync(options => options with { TimeProvider = clock, IdleTimeout = TimeSpan.FromMinutes(2) });
        // No connection stays open: the server would close it when the clock moves, and the next request could be sent on it.
        var place = (await registry.SendAsync("POST", "/v2/team/app/blobs/uploads/", null, ("Connection", "close"))).Is(
            HttpStatusCode.Accepted)["Location"]!;
        using var socket = await registry.ConnectAsync();
        await socket.SendAsync(
            System.Text.Encoding.ASCII.GetBytes(
                $"PATCH {place} HTTP/1.1\r\nHost: {registry.Address}\r\nContent-Length: 100\r\n\r\n0123456789"), SocketFlags.None, Token);
        var reading = ReadAnswerAsync(socket);
        bool HasTenBytes()
        {
            try
            {
                return registry.Parts() is [{ Length: 10 }];
            }
            catch (FileNotFoundException)
            {
                // A part that was listed has its own name a moment later.
                return false;
            }
        }

        while (!HasTenBytes())
        {
            await Task.Yield();
        }

        clock.Advance(TimeSpan.FromSeconds(119));
        Assert.False(reading.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.StartsWith("HTTP/1.1 408 ", await reading, StringComparison.Ordinal);
        var blob = System.Text.Encoding.ASCII.GetBytes("0123456789abc");
        (await registry.SendAsync("PATCH", place, blob[10..], ("Content-Range", "10-12"))).Is(HttpStatusCode.Accepted);
        (await registry.SendAsync("PUT", $"{place}?digest={Http.DigestOf(blob)}")).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task An_abandoned_upload_is_discarded_after_a_day()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var registry = await RunningRegistry.StartAsync(options => options with { TimeProvider = clock });

        // Advancing the clock also closes idle connections.
        registry.Client.DefaultRequestHeaders.ConnectionClose = true;
        var (left, used) = (await registry.StartUploadAsync(), await registry.StartUploadAsync());
        (await registry.SendAsync("PATCH", left, [1, 2, 3])).Is(HttpStatusCode.Accepted);
        (await registry.SendAsync("PATCH", used, [1])).Is(HttpStatusCode.Accepted);
        for (var hour = 0; hour < 23; hour++)
        {
            clock.Advance(TimeSpan.FromHours(1));
        }

        (await registry.SendAsync("PATCH", used, [2])).Is(HttpStatusCode.Accepted);
        (await registry.GetAsync(left)).Is(HttpStatusCode.NoContent);
        clock.Advance(TimeSpan.FromHours(2));
        while ((await registry.GetAsync(left)).Status != HttpStatusCode.NotFound || registry.Parts().Count > 1)
        {
            Token.ThrowIfCancellationRequested();
        }

        (await registry.SendAsync("PUT", $"{used}?digest={Http.DigestOf([1, 2])}")).Is(HttpStatusCode.Created);
        Assert.Empty(registry.Parts());
    }

    [Fact]
    public async Task Ten_thousand_uploads_hold_no_file_open_and_the_last_one_completes()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var count = ExternalTools.LongForm ? 10_000 : 1_500;
        var before = OpenFiles();
        var places = new string[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Token },
            async (number, _) =>
        {
            places[number] = await registry.StartUploadAsync();
            if (number % 10 == 0)
            {
                (await registry.SendAsync("PATCH", places[number], [1, 2, 3])).Is(HttpStatusCode.Accepted);
            }
        });
        Assert.Equal(count, places.Distinct().Count());
        Assert.InRange(OpenFiles(), 0, before + 100);
        Assert.Equal(count / 10, registry.Parts().Count);
        (await registry.SendAsync("PUT", $"{places[0]}?digest={Http.DigestOf([1, 2, 3])}")).Is(HttpStatusCode.Created);
        (await registry.SendAsync("PUT", $"{places[^1]}?digest={Http.DigestOf([4])}", [4])).Is(HttpStatusCode.Created);
        await registry.Registry.DisposeAsync();
        Assert.Empty(registry.Parts());
    }

    [Fact]
    public async Task A_partial_file_removed_by_the_garbage_collection_closes_its_upload()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var place = await registry.StartUploadAsync();
        (await registry.SendAsync("PATCH", place, [1, 2, 3])).Is(HttpStatusCode.Accepted);
        await registry.Cache.CollectGarbageAsync(cancellationToken: Token);
        (await registry.SendAsync("PATCH", place, [4])).Is(HttpStatusCode.Accepted);
        await registry.Cache.CollectGarbageAsync(TimeSpan.FromDays(-1), cancellationToken: Token);
        (await registry.SendAsync("PATCH", place, [5])).IsError(HttpStatusCode.NotFound, "BLOB_UPLOAD_UNKNOWN");
        (await registry.GetAsync(place)).Is(HttpStatusCode.NotFound);
    }

    private static async Task AssertRunningAsync(RunningRegistry registry) => (await registry.GetAsync("/v2/")).Is(HttpStatusCode.OK);

    private static int OpenFiles() => OperatingSystem.IsLinux() ? Directory.GetFiles("/proc/self/fd").Length : 0;

    private static async Task<long> SendUntilRefusedAsync(Socket socket, byte[] piece, int times)
    {
        long sent = 0;
        try
        {
            for (var time = 0; time < times; time++)
            {
                for (var count = 0; count < piece.Length;)
                {
                    count += await socket.SendAsync(piece.AsMemory(count), SocketFlags.None, Token);
                }

                sent += piece.Length;
            }
        }
        catch (SocketException)
        {
            // The registry closed the connection.
        }

        return sent;
    }

    private static async Task<string> ReadAnswerAsync(Socket socket)
    {
        var text = new System.Text.StringBuilder();
        var buffer = new byte[4096];
        try
        {
            for (int count; (count = await socket.ReceiveAsync(buffer, SocketFlags.None, Token)) > 0;)
            {
                text.Append(System.Text.Encoding.ASCII.GetString(buffer, 0, count));
            }
        }
        catch (SocketException)
        {
            // Closed with bytes of ours unread.
        }

        return text.ToString();
    }
}
