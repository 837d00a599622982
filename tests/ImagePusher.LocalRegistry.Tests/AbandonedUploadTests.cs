using System.Net;
using System.Net.Sockets;
using ImagePusher.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace ImagePusher.LocalRegistry.Tests;

/// <summary>Clients that stall or disappear: their uploads are kept for a while, and hold nothing open.</summary>
public sealed class AbandonedUploadTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

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
            await registry.Registry.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), Token);
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
        var reading = RunningRegistry.ReadToEndAsync(socket);
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
    public async Task Open_uploads_hold_no_file_open_and_the_last_one_completes()
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

    private static int OpenFiles() => OperatingSystem.IsLinux() ? Directory.GetFiles("/proc/self/fd").Length : 0;
}
