using ImagePusher.TestSupport;

namespace ImagePusher.LocalRegistry.Tests;

/// <summary>
/// If two servers determine different ends of a request, a client can hide a second request from a proxy in front of the registry (RFC
/// 9112, 11.2). Such requests are rejected and the connection is closed, so that no data after them is read.
/// </summary>
public sealed class RequestSmugglingTests
{
    private const string Hidden = "DELETE /v2/team/app/manifests/1 HTTP/1.1\r\nHost: localhost\r\n\r\n";

    [Theory]
    [InlineData("Content-Length: 5\r\nTransfer-Encoding: chunked")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 5")]
    [InlineData("transfer-encoding: CHUNKED\r\ncontent-length: 0")]
    [InlineData("Content-Length: 0\r\nTransfer-Encoding: identity")]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")]
    [InlineData("Transfer-Encoding: gzip, chunked")]
    [InlineData("Transfer-Encoding: xchunked")]
    [InlineData("Content-Length: 5\r\nContent-Length: 5")]
    [InlineData("Content-Length: 5, 5")]
    [InlineData("Content-Length: +5")]
    [InlineData("Content-Length: 0x5")]
    [InlineData("Content-Length : 5")]
    [InlineData("X: y\r\n Content-Length: 5")]
    [InlineData("X: y\nContent-Length: 5")]
    [InlineData("X: y\rContent-Length: 5")]
    public async Task A_request_of_ambiguous_length_is_rejected_and_hides_nothing(string headers)
    {
        await using var registry = await RunningRegistry.StartAsync();
        await registry.PushImageAsync("1", layers: Http.RandomBytes(100));
        var answer = await registry.ExchangeRawAsync(
            $"PUT /v2/team/app/manifests/2 HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n\r\n0\r\n\r\n{Hidden}");
        Assert.Matches("^HTTP/1.1 (400|501) ", answer);
        Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
        Assert.Single(answer.Split("HTTP/1.1 ", StringSplitOptions.RemoveEmptyEntries));
        (await registry.GetAsync("/v2/team/app/manifests/1")).Is(System.Net.HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("zz\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5\r\nhello!\r\n0\r\n\r\n")]
    [InlineData("-1\r\nhello\r\n0\r\n\r\n")]
    [InlineData("fffffffffffffffff\r\nhello\r\n0\r\n\r\n")]
    [InlineData("\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5\nhello\r\n0\r\n\r\n")]
    [InlineData("5;a\nb\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5;a\rb\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5\r\nhello\r\n0;\n\r\n\r\n")]
    [InlineData("5\r\nhello\r\n0\r\nX: y\nZ: 1\r\n\r\n")]
    public async Task A_malformed_chunk_is_rejected_and_hides_nothing(string body)
    {
        await using var registry = await RunningRegistry.StartAsync();
        await registry.PushImageAsync("1", layers: Http.RandomBytes(100));
        var answer = await registry.ExchangeRawAsync(
            $"PUT /v2/team/app/manifests/2 HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{body}{Hidden}");
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Single(answer.Split("HTTP/1.1 ", StringSplitOptions.RemoveEmptyEntries));
        (await registry.GetAsync("/v2/team/app/manifests/1")).Is(System.Net.HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_chunked_body_of_HTTP_1_0_is_rejected()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var answer = await registry.ExchangeRawAsync("PUT /v2/a/manifests/2 HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
    }
}
