using System.Net;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.TestSupport.Tests;

/// <summary>The proxy's bodies and cuts.</summary>
public sealed class FaultProxyTests : FaultProxyTestBase
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Without_a_rule_every_byte_is_forwarded_in_both_directions_on_one_connection(bool chunked, bool expects)
    {
        for (var turn = 0; turn < 3; turn++)
        {
            using var request = Upload(HttpMethod.Put, "/echo?a=%2F&b", Content, chunked);
            request.Headers.ExpectContinue = expects;
            using var answer = await Client.SendAsync(request, Token);
            Assert.Equal(Content, await answer.Content.ReadAsByteArrayAsync(Token));
        }

        Assert.Equal(1, Proxy.Connections);
        Assert.All(Proxy.Requests, request =>
        {
            Assert.Equal(("PUT", "/echo?a=%2F&b", "/echo", "a=%2F&b", 200),
                (request.Method, request.Target, request.Path, request.Query, request.Status));
            Assert.Equal((Size, Size), (request.BytesUp, request.BytesDown));
            Assert.Equal(chunked ? "chunked" : null, request.Header("transfer-encoding"));
            Assert.Equal(expects ? "100-continue" : null, request.Header("Expect"));
            Assert.False(request.WasCut);
        });
    }

    [Theory]
    [InlineData(CutKind.Reset, false)]
    [InlineData(CutKind.Close, true)]
    public async Task A_request_is_cut_after_a_number_of_bytes(CutKind kind, bool chunked)
    {
        var rule = Proxy.On("PATCH").Nth(2).CutUp(1_234_567, kind);
        using (var untouched = await Client.SendAsync(Upload(HttpMethod.Patch, "/", Content, chunked), Token))
        {
            Assert.Equal(HttpStatusCode.OK, untouched.StatusCode);
        }

        await Assert.ThrowsAsync<HttpRequestException>(() => Client.SendAsync(Upload(HttpMethod.Patch, "/", Content, chunked), Token));
        Assert.Equal([Size, -1_234_567], Seen.Lengths);
        Assert.Equal(1, rule.Hits);
        Assert.Equal([Size, 1_234_567], Proxy.Requests.Select(request => request.BytesUp));
        Assert.Equal([false, true], Proxy.Requests.Select(request => request.WasCut));
        Assert.Equal(0, Proxy.Requests[1].Status);

        using var after = await Client.SendAsync(Upload(HttpMethod.Patch, "/", Content, chunked), Token);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Fact]
    public async Task A_body_of_exactly_the_limit_is_not_truncated()
    {
        Proxy.On("PUT").CutUp(Size);
        Proxy.On("PUT").CutDown(Size);
        using var answer = await Client.SendAsync(Upload(HttpMethod.Put, "/echo", Content, chunked: true), Token);
        Assert.Equal(Size, (await answer.Content.ReadAsByteArrayAsync(Token)).Length);
    }

    [Theory]
    [InlineData(CutScope.Request, new[] { 800, 800, 800, 800 })]
    [InlineData(CutScope.Connection, new[] { 800, 800, -400, 800 })]
    [InlineData(CutScope.Proxy, new[] { 800, 800, -400, 800 })]
    public async Task Bytes_are_counted_per_request_per_connection_or_for_the_proxy(CutScope scope, int[] expected)
    {
        Proxy.On("PATCH").CutUp(2000, CutKind.Reset, scope);
        foreach (var length in expected)
        {
            var sent = Client.SendAsync(Upload(HttpMethod.Patch, "/", Content[..800], chunked: false), Token);
            if (length > 0)
            {
                using var answer = await sent;
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }
            else
            {
                await Assert.ThrowsAsync<HttpRequestException>(() => sent);
            }
        }

        Assert.Equal(expected, Seen.Lengths);
    }

    [Fact]
    public async Task Proxy_limits_count_bytes_of_all_connections_and_connection_limits_only_their_own()
    {
        Proxy.On("PATCH", "/all").CutUp(2000, CutKind.Reset, CutScope.Proxy);
        Proxy.On("PATCH", "/one").CutUp(2000, CutKind.Reset, CutScope.Connection);
        foreach (var (path, cut) in new[] { ("/all", false), ("/all", false), ("/all", true), ("/one", false), ("/one", false),
            ("/one", false) })
        {
            using var client = Http.NewClient();
            var sent = client.SendAsync(Upload(HttpMethod.Patch, path, Content[..800], chunked: false), Token);
            Assert.Equal(cut, await Record.ExceptionAsync(() => sent) is not null);
        }
    }

    [Theory]
    [InlineData(CutKind.Reset)]
    [InlineData(CutKind.Close)]
    public async Task A_response_is_cut_after_a_number_of_bytes(CutKind kind)
    {
        Proxy.On("GET").CutDown(1_000_001, kind);
        using var answer = await Client.GetAsync(new Uri(Proxy.Url, "content"), HttpCompletionOption.ResponseHeadersRead, Token);
        Assert.Equal(Size, answer.Content.Headers.ContentLength);
        var arrived = new MemoryStream();
        await Assert.ThrowsAnyAsync<IOException>(
            async () => await (await answer.Content.ReadAsStreamAsync(Token)).CopyToAsync(arrived, Token));
        Assert.Equal(1_000_001, Proxy.Requests.Single().BytesDown);
        Assert.InRange(arrived.Length, kind == CutKind.Close ? 1_000_001 : 1_000_001 - (256 * 1024), 1_000_001);
        Assert.Equal(Content[..(int)arrived.Length], arrived.ToArray());
    }

    [Fact]
    public async Task A_dropped_request_is_not_received_and_a_lost_response_was_sent()
    {
        Proxy.On("PUT").Nth(1).DropRequest();
        Proxy.On("PUT").Nth(2).LoseResponse(CutKind.Close);
        await Assert.ThrowsAsync<HttpRequestException>(() => Client.SendAsync(Upload(HttpMethod.Put, "/", Content, false), Token));
        Assert.Empty(Seen.Lengths);
        await Assert.ThrowsAsync<HttpRequestException>(() => Client.SendAsync(Upload(HttpMethod.Put, "/", Content, false), Token));
        Assert.Equal([Size], Seen.Lengths);
        Assert.All(Proxy.Requests, request => Assert.True(request.WasCut && request.Status == 0));
    }

    [Fact]
    public async Task A_replaced_body_is_shorter_or_has_one_changed_byte()
    {
        Proxy.On("GET").Nth(1).TruncateBody(100);
        Proxy.On("GET").Nth(2).FlipByte(Size - 1);
        Proxy.On("PUT").TruncateBody(7);
        Assert.Equal(Content[..100], await Client.GetByteArrayAsync(new Uri(Proxy.Url, "content"), Token));
        var flipped = await Client.GetByteArrayAsync(new Uri(Proxy.Url, "content"), Token);
        Assert.Equal(Content[Size - 1] ^ 1, flipped[^1]);
        Assert.Equal(Content[..^1], flipped[..^1]);
        Assert.Equal(Content, await Client.GetByteArrayAsync(new Uri(Proxy.Url, "content"), Token));
    }

    [Fact]
    public async Task The_same_seed_selects_the_same_requests()
    {
        var first = Proxy.On("GET").Sometimes(0.5, 42).SetResponseHeader("X-First", "1");
        var second = Proxy.On("GET").Sometimes(0.5, 42).SetResponseHeader("X-Second", "1");
        var taken = 0;
        for (var i = 0; i < 40; i++)
        {
            using var answer = await Client.GetAsync(new Uri(Proxy.Url, "small"), Token);
            Assert.Equal(answer.Headers.Contains("X-First"), answer.Headers.Contains("X-Second"));
            taken += answer.Headers.Contains("X-First") ? 1 : 0;
        }

        Assert.InRange(taken, 8, 32);
        Assert.Equal((taken, taken), (first.Hits, second.Hits));
    }

    [Fact]
    public async Task A_client_that_disconnects_during_its_body_is_passed_on()
    {
        var stall = new StallingContent(Content[..100_000]);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var sent = Client.SendAsync(new HttpRequestMessage(HttpMethod.Put, Proxy.Url) { Content = stall }, cancel.Token);
        await stall.Sent.WaitAsync(Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sent);
        Assert.InRange(await Seen.FirstAsync(Token), -100_000, 0);
    }

    [Fact]
    public async Task With_certificates_it_serves_https()
    {
        using var certificates = new TestCertificates();
        await using var proxy = FaultProxy.Start(Server.Address, new FaultProxyOptions { Certificates = certificates });
        using var client = Http.NewClient(certificates);
        Assert.Equal("https", proxy.Url.Scheme);
        Assert.Equal(Content, await client.GetByteArrayAsync(new Uri(proxy.Url, "content"), Token));
        proxy.On("PUT").CutUp(5000);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.PutAsync(proxy.Url, new ByteArrayContent(Content), Token));
        Assert.Equal([-5000], Seen.Lengths);
    }

    [Fact]
    public async Task Plain_http_rejects_https_immediately()
    {
        var url = new UriBuilder(Proxy.Url) { Scheme = "https" }.Uri;
        await Assert.ThrowsAsync<HttpRequestException>(() => Client.GetAsync(url, Token));
        Assert.Empty(Proxy.Requests);
    }

    [Fact]
    public async Task Without_a_server_the_proxy_responds_with_502()
    {
        await using var proxy = FaultProxy.Start("127.0.0.1:1");
        using var answer = await Client.GetAsync(proxy.Url, Token);
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
    }
}
