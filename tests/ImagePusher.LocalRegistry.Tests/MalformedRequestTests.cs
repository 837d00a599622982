using System.Net;
using System.Net.Sockets;

namespace ImagePusher.LocalRegistry.Tests;

/// <summary>Requests that no client should send: they are rejected, and the registry keeps running.</summary>
public sealed class MalformedRequestTests
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
        var reading = RunningRegistry.ReadToEndAsync(socket);
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

    private static async Task AssertRunningAsync(RunningRegistry registry) => (await registry.GetAsync("/v2/")).Is(HttpStatusCode.OK);

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
}
