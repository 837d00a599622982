using System.Net;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.TestSupport.Tests;

/// <summary>The responses of the proxy itself and its changes to headers, in front of a server that reports the requests it
/// received.</summary>
public sealed class FaultProxyAnswerTests : IAsyncLifetime
{
    private readonly LoopbackServer _server;
    private readonly FaultProxy _proxy;
    private readonly HttpClient _client = Http.NewClient();

    public FaultProxyAnswerTests()
    {
        _server = LoopbackServer.Start(ServeAsync);
        _proxy = FaultProxy.Start(_server.Address);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_burst_responds_repeatedly_with_Retry_After_and_keeps_the_connection()
    {
        var date = new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);
        _proxy.On("PUT|PATCH").Take(2).Respond(503).WithRetryAfter(TimeSpan.FromSeconds(7));
        _proxy.On("PUT").Skip(2).Take(1).Respond(429).WithRetryAfter(date).WithBody("<html>slow down</html>", "text/html");
        var answers = new List<(int Status, object? RetryAfter, string Body)>();
        for (var i = 0; i < 4; i++)
        {
            using var answer = await _client.PutAsync(_proxy.Url, new ByteArrayContent(new byte[1_000_000]), Token);
            var retry = answer.Headers.RetryAfter;
            answers.Add(((int)answer.StatusCode, (object?)retry?.Delta ?? retry?.Date, await answer.Content.ReadAsStringAsync(Token)));
        }

        Assert.Equal([503, 503, 429, 200], answers.Select(answer => answer.Status));
        Assert.Equal([TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(7), date, null], answers.Select(answer => answer.RetryAfter));
        Assert.Contains("\"errors\"", answers[0].Body, StringComparison.Ordinal);
        Assert.Equal("<html>slow down</html>", answers[2].Body);
        Assert.Equal(1, _proxy.Connections);
        Assert.Equal([null, null, null, _server.Address], _proxy.Requests.Select(request => request.Backend));
    }

    [Fact]
    public async Task An_early_413_is_lost_without_Expect_and_read_with_it()
    {
        _proxy.On("PUT").RespondEarly(413).WithBody("<html>too large</html>", "text/html");
        var body = new byte[60_000_000];
        await Assert.ThrowsAsync<HttpRequestException>(() => _client.PutAsync(_proxy.Url, new ByteArrayContent(body), Token));

        using var request = new HttpRequestMessage(HttpMethod.Put, _proxy.Url) { Content = new ByteArrayContent(body) };
        request.Headers.ExpectContinue = true;
        using var answer = await _client.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal("<html>too large</html>", await answer.Content.ReadAsStringAsync(Token));
        Assert.Equal([0L, 0L], _proxy.Requests.Select(request => request.BytesUp));
    }

    [Fact]
    public async Task A_response_during_a_body_ends_the_connection()
    {
        _proxy.On("PATCH").Nth(1).RespondEarly(401, after: 5000).WithHeader("WWW-Authenticate", "Bearer realm=\"x\"");
        var failed = await Record.ExceptionAsync(() => _client.PatchAsync(_proxy.Url, new ByteArrayContent(new byte[60_000_000]), Token));
        Assert.IsType<HttpRequestException>(failed);
        Assert.Equal((401, 5000L), (_proxy.Requests[0].Status, _proxy.Requests[0].BytesUp));
    }

    [Fact]
    public async Task The_response_to_Expect_is_passed_through_the_proxy()
    {
        foreach (var (path, status) in new[] { ("take", 200), ("refuse", 403) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Put,
                new Uri(_proxy.Url, path)) { Content = new ByteArrayContent(new byte[5_000_000]) };
            request.Headers.ExpectContinue = true;
            using var answer = await _client.SendAsync(request, Token);
            Assert.Equal(status, (int)answer.StatusCode);
        }

        Assert.Equal([5_000_000L, 0L], _proxy.Requests.Select(request => request.BytesUp));
    }

    [Fact]
    public async Task Header_fields_are_dropped_set_and_replaced()
    {
        _proxy.On("GET").DropRequestHeader("Range").SetRequestHeader("X-Added", "up");
        _proxy.On("GET").SetResponseHeader("Docker-Content-Digest", "sha256:wrong").SetResponseHeader("X-Gone", null);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_proxy.Url, "headers"));
        request.Headers.Range = new(5, 10);
        using var answer = await _client.SendAsync(request, Token);
        var seen = await answer.Content.ReadAsStringAsync(Token);
        Assert.Equal("Range= X-Added=up", seen);
        Assert.Equal("sha256:wrong", answer.Headers.GetValues("Docker-Content-Digest").Single());
        Assert.False(answer.Headers.Contains("X-Gone"));
        Assert.Equal("bytes=5-10", _proxy.Requests.Single().Header("range"));
    }

    [Fact]
    public async Task A_Location_is_sent_in_every_form()
    {
        var ways = new (Func<FaultRule, FaultRule> Write, string Expected)[]
        {
            (rule => rule.StaleLocation(), "/v2/a/blobs/uploads/?begin=1"),
            (rule => rule.ForeignLocation("other.example:81"), "http://other.example:81/v2/a/blobs/uploads/u1?_state=a%2Fb%3D&x=Y+z"),
            (rule => rule.ForeignLocation(_proxy.Address,
                "https"), $"https://{_proxy.Address}/v2/a/blobs/uploads/u1?_state=a%2Fb%3D&x=Y+z"),
            (rule => rule.HostRelativeLocation(), "/v2/a/blobs/uploads/u1?_state=a%2Fb%3D&x=Y+z"),
            (rule => rule.PathRelativeLocation(), "u1?_state=a%2Fb%3D&x=Y+z"),
            (rule => rule.DoubledSlash(_proxy.Address), $"http://{_proxy.Address}//v2/a/blobs/uploads/u1?_state=a%2Fb%3D&x=Y+z"),
            (rule => rule.RewriteLocation(
                location => location + "&more"), $"http://{_proxy.Address}/v2/a/blobs/uploads/u1?_state=a%2Fb%3D&x=Y+z&more"),
            (rule => rule.SetResponseHeader("Location", null), ""),
        };
        foreach (var (write, expected) in ways)
        {
            _proxy.ClearRules();
            write(_proxy.On("POST", "/blobs/uploads/"));
            using var answer = await _client.PostAsync(new Uri(_proxy.Url, "v2/a/blobs/uploads/?begin=1"), null, Token);
            var raw = _proxy.Requests[^1].AnswerHeaders.FirstOrDefault(field => field.Key == "Location").Value ?? "";
            Assert.Equal(expected, raw);
        }
    }

    [Fact]
    public async Task Doubled_slashes_are_forwarded_as_one()
    {
        using var answer = await _client.GetAsync(new Uri($"{_proxy.Url}/v2//a?x=//"), Token);
        Assert.Equal("/v2/a?x=//", await answer.Content.ReadAsStringAsync(Token));
        Assert.Equal("//v2//a?x=//", _proxy.Requests.Single().Target);
    }

    [Fact]
    public async Task A_redirect_to_another_host_records_whether_Authorization_was_sent()
    {
        await using var storage = FaultProxy.Start(_server.Address);
        var refused = storage.On("GET").If(request => request.Header("Authorization") is not null)
            .Respond(400).WithBody("<Error><Message>Only one auth mechanism allowed</Message></Error>", "application/xml");
        _proxy.On("GET", "/blobs/").RedirectTo(storage.OtherAddress);

        using var redirect = await _client.GetAsync(new Uri(_proxy.Url, "v2/a/blobs/sha256:1?x=1"), Token);
        Assert.Equal(HttpStatusCode.TemporaryRedirect, redirect.StatusCode);
        Assert.NotEqual(_proxy.Url.Host, redirect.Headers.Location!.Host);
        Assert.EndsWith("/v2/a/blobs/sha256:1?x=1&X-Signature=a%2Fb%3D", redirect.Headers.Location.OriginalString,
            StringComparison.Ordinal);

        using var clean = await _client.GetAsync(redirect.Headers.Location, Token);
        Assert.Equal(HttpStatusCode.OK, clean.StatusCode);
        Assert.Equal(0, refused.Hits);
        _client.DefaultRequestHeaders.Authorization = Http.Basic("a", "b");
        using var leaking = await _client.GetAsync(redirect.Headers.Location, Token);
        Assert.Equal(HttpStatusCode.BadRequest, leaking.StatusCode);
        Assert.Equal([null, "Basic YTpi"], storage.Requests.Select(request => request.Header("Authorization")));
    }

    [Fact]
    public async Task A_cookie_keeps_a_client_with_one_of_two_servers()
    {
        await using var other = LoopbackServer.Start(ServeAsync);
        await using var proxy = FaultProxy.Start([_server.Address, other.Address]);
        string? cookie = null;
        for (var i = 0; i < 6; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, proxy.Url);
            request.Headers.TryAddWithoutValidation("Cookie", i is >= 1 and < 4 ? $"a=b; {cookie}" : null);
            using var answer = await _client.SendAsync(request, Token);
            cookie ??= answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
            Assert.Equal(i is >= 1 and < 4, !answer.Headers.Contains("Set-Cookie"));
        }

        var (a, b) = (_server.Address, other.Address);
        Assert.Equal([a, a, a, a, b, a], proxy.Requests.Select(request => request.Backend));
    }

    [Fact]
    public async Task Rules_apply_in_order_until_they_are_cleared()
    {
        _proxy.On("*", "^/h").SetRequestHeader("X-Added", "1");
        _proxy.On("*", "^/h").SetRequestHeader("X-Added", "2");
        _proxy.On("DELETE").Respond(405);
        _proxy.On("DELETE").Respond(400);
        using (var gone = await _client.DeleteAsync(new Uri(_proxy.Url, "headers"), Token))
        {
            Assert.Equal(HttpStatusCode.MethodNotAllowed, gone.StatusCode);
        }

        Assert.Equal("Range= X-Added=2", await _client.GetStringAsync(new Uri(_proxy.Url, "headers"), Token));

        _proxy.ClearRules();
        _proxy.Forget();
        using var passed = await _client.DeleteAsync(new Uri(_proxy.Url, "headers"), Token);
        Assert.Equal("Range= X-Added=", await passed.Content.ReadAsStringAsync(Token));
        Assert.Equal("3: DELETE /headers -> 200, 0 up, 15 down", _proxy.Requests.Single().ToString());
    }

    private static async Task ServeAsync(ServerExchange exchange)
    {
        if (exchange.Path == "/refuse")
        {
            await exchange.RespondAsync(403);
            return;
        }

        await exchange.ReadAllAsync();
        exchange.Add("Docker-Content-Digest", "sha256:right");
        exchange.Add("X-Gone", "1");
        if (exchange.Method == "POST")
        {
            exchange.Add("Location", $"http://{exchange.Header("Host")}{exchange.Path}u1?_state=a%2Fb%3D&x=Y+z");
        }

        var text = exchange.Path == "/headers" ? $"Range={exchange.Header("Range")} X-Added={exchange.Header("X-Added")}" : exchange.Target;
        await exchange.RespondAsync(exchange.Method == "POST" ? 202 : 200, System.Text.Encoding.UTF8.GetBytes(text), "text/plain");
    }
}
