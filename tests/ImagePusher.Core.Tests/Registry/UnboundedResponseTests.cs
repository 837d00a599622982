using System.Net;
using System.Net.Http.Headers;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>
/// Slow, repeated or endless responses of a registry cost a limited number of requests, bytes and seconds with the default limits.
/// </summary>
public sealed class UnboundedResponseTests : IDisposable
{
    private const long Endless = 1L << 40;

    private static readonly Digest Subject = Digest.Of([1]);

    private readonly FakeTimeProvider _time = new();
    private HostileServer? _server;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _server?.Dispose();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 59)]
    [InlineData(60, 1)]
    [InlineData(2000, 40)]
    public async Task A_blob_that_arrives_at_a_few_bytes_per_second_is_abandoned(int portion, int seconds)
    {
        await using var session = Session(request => Blob(request, 8_000_000, portion, seconds));
        var error = await Assert.ThrowsAsync<LimitExceededException>(() => ReadBlobAsync(session, 8_000_000));
        Assert.Contains("while fewer than 65536 bytes arrived", error.Message, StringComparison.Ordinal);
        AssertCost(requests: 11, bytes: 11 * 4096, seconds: 11 * (60 + seconds));
    }

    [Theory]
    [InlineData(100, 1)]
    [InlineData(4096, 59)]
    public async Task A_slow_blob_within_the_limit_is_read(int portion, int seconds)
    {
        await using var session = Session(request => Blob(request, 200_000, portion, seconds));
        Assert.Equal(200_000, (await ReadBlobAsync(session, 200_000)).Length);
        Assert.Equal(1, _server!.Requests);
    }

    [Fact]
    public async Task A_manifest_that_arrives_at_one_byte_per_second_is_abandoned()
    {
        await using var session = Session(_ => _server!.Drip(HttpStatusCode.OK, 4_000_000, 1, TimeSpan.FromSeconds(1)));
        await Assert.ThrowsAsync<LimitExceededException>(() => session.Repository("registry.example").ResolveAsync("1", Token));
        AssertCost(requests: 1, bytes: 40, seconds: 40);
    }

    [Fact]
    public async Task A_manifest_without_end_is_read_to_its_limit()
    {
        await using var session = Session(_ => _server!.Drip(HttpStatusCode.OK, Endless, 100_000, TimeSpan.Zero, statesLength: false));
        await Assert.ThrowsAsync<LimitExceededException>(() => session.Repository("registry.example").ResolveAsync("1", Token));
        AssertCost(requests: 1, bytes: Manifest.MaximumSize + 1, seconds: 0);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(100_000, 0)]
    public async Task A_slow_or_endless_error_page_is_read_partially(int portion, int seconds)
    {
        await using var session =
            Session(_ => _server!.Drip(HttpStatusCode.Forbidden, Endless, portion, TimeSpan.FromSeconds(seconds), statesLength: false));
        await Assert.ThrowsAsync<RegistryDeniedException>(() => session.Repository("registry.example").ResolveAsync("1", Token));
        AssertCost(requests: 1, bytes: BoundedBody.ErrorLimit + 1, seconds: 40);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(100_000, 0)]
    public async Task A_slow_or_endless_token_response_is_abandoned(int portion, int seconds)
    {
        await using var session = Session(request => request.RequestUri!.AbsolutePath == "/token"
            ? _server!.Drip(HttpStatusCode.OK, Endless, portion, TimeSpan.FromSeconds(seconds), statesLength: false)
            : Challenge());
        await Assert.ThrowsAsync<RegistryProtocolException>(() => session.Repository("registry.example").ResolveAsync("1", Token));
        AssertCost(requests: 2, bytes: BoundedBody.TokenLimit + 1, seconds: 40);
    }

    [Fact]
    public async Task A_registry_that_rejects_every_token_receives_three_requests()
    {
        await using var session = Session(request => request.RequestUri!.AbsolutePath == "/token"
            ? new HttpResponseMessage { Content = new StringContent("{\"token\":\"t\"}") }
            : Challenge());
        await Assert.ThrowsAsync<RegistryUnauthorizedException>(() => session.Repository("registry.example").ResolveAsync("1", Token));
        AssertCost(requests: 5, bytes: 0, seconds: 0);
    }

    [Fact]
    public async Task Redirects_end()
    {
        var hop = 0;
        await using var session = Session(_ => Redirect($"https://registry.example/v2/{hop++}"));
        await Assert.ThrowsAnyAsync<RegistryException>(() => session.Repository("registry.example").ResolveAsync("1", Token));
        AssertCost(requests: 11, bytes: 0, seconds: 0);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_registry_that_always_requests_a_pause_is_retried_four_times(int status)
    {
        var time = new InstantTimeProvider();
        var server = new HostileServer(_time, _ => new HttpResponseMessage((HttpStatusCode)status)
        {
            Headers = { RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromDays(300)) },
        });
        await using var session = new RegistrySession(time: time, change: options => options with { HandlerFactory = _ => server });
        await Assert.ThrowsAnyAsync<RegistryException>(() => session.Repository("registry.example").ResolveAsync("1", Token));
        Assert.Equal(5, server.Requests);
        Assert.InRange(time.Waits.Count(wait => wait > TimeSpan.FromSeconds(30)), 0, 8 + 20);
    }

    [Theory]
    [InlineData("tags")]
    [InlineData("repositories")]
    [InlineData("referrers")]
    public async Task A_list_that_takes_more_than_a_day_is_stopped(string kind)
    {
        var page = 0;
        await using var session = Session(request =>
        {
            _time.Advance(TimeSpan.FromSeconds(50));
            page++;
            return Page($$"""
                {"tags":["t{{page}}"],"repositories":["r{{page}}"],"manifests":[{"mediaType":"a/b{{page}}","digest":"{{Subject}}",
                "size":1}]}
                """, $"/v2/list?page={page}");
        });
        var error = await Assert.ThrowsAsync<LimitExceededException>(() => ListAsync(session, kind));
        Assert.Contains("more than 24 hours", error.Message, StringComparison.Ordinal);
        AssertCost(requests: 24 * 3600 / 50 + 1, bytes: 0, seconds: 24 * 3600 + 50);
    }

    private static Task ListAsync(RegistrySession session, string kind) => kind switch
    {
        "tags" => session.Repository("registry.example").GetTagsAsync(Token).ToListAsync(Token).AsTask(),
        "repositories" => session.Client.GetRepositoriesAsync("registry.example", cancellationToken: Token).ToListAsync(Token).AsTask(),
        _ => session.Repository("registry.example").GetReferrersAsync(Subject, null, Token),
    };

    private static HttpResponseMessage Challenge() => new(HttpStatusCode.Unauthorized)
    {
        Headers = { WwwAuthenticate =
            { new AuthenticationHeaderValue("Bearer", "realm=\"https://registry.example/token\",service=\"a\"") } },
    };

    private static HttpResponseMessage Redirect(string location)
    {
        var response = new HttpResponseMessage(HttpStatusCode.TemporaryRedirect);
        response.Headers.Add("Location", location);
        return response;
    }

    private static HttpResponseMessage Page(string body, string next)
    {
        var response = new HttpResponseMessage { Content = new StringContent(body) };
        response.Headers.Add("Link", $"<{next}>; rel=\"next\"");
        return response;
    }

    private static async Task<byte[]> ReadBlobAsync(RegistrySession session, int size) => await BlobReader.ReadAsync(
        session.Repository("registry.example"), new Descriptor(MediaTypes.OciConfig, Digest.Of(new byte[size]), size), size, Token);

    private HttpResponseMessage Blob(HttpRequestMessage request, int size, int portion, int seconds)
    {
        var start = request.Headers.Range?.Ranges.Single().From ?? 0;
        var response = _server!.Drip(start > 0 ? HttpStatusCode.PartialContent : HttpStatusCode.OK, size - start, portion,
            TimeSpan.FromSeconds(seconds));
        response.Content.Headers.ContentRange = start > 0 ? new ContentRangeHeaderValue(start, size - 1, size) : null;
        return response;
    }

    private RegistrySession Session(Func<HttpRequestMessage, HttpResponseMessage> respond)
    {
        _server = new HostileServer(_time, respond);
        return new RegistrySession(time: _time, change: options => options with { HandlerFactory = _ => _server });
    }

    private void AssertCost(int requests, long bytes, int seconds)
    {
        Assert.InRange(_server!.Requests, 1, requests);
        Assert.InRange(_server.Bytes, 0, bytes);
        Assert.InRange(_server.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(seconds));
    }
}
