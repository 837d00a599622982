using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Registry;
using ImagePusher.Core.Registry.Authentication;
using ImagePusher.Core.Registry.Http;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;
using Microsoft.Extensions.Time.Testing;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>How tokens are requested, shared, renewed and widened.</summary>
public sealed class TokenTests
{
    private static readonly TestImage Image = TestImage.Of(Http.RandomBytes(1000));
    private static readonly RegistryCredential Ann = new("ann", "s3cr:et");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", 50, 1)]
    [InlineData("", 70, 2)]
    [InlineData(",\"expires_in\":1", 50, 1)]
    [InlineData(",\"expires_in\":1", 70, 2)]
    [InlineData(",\"expires_in\":300", 290, 1)]
    [InlineData(",\"expires_in\":300", 310, 2)]
    public async Task A_token_is_valid_for_at_least_60_seconds_and_renewed_before_it_expires(string life, int seconds, int expected)
    {
        var time = new FakeTimeProvider();
        await using var server = new AuthServer { OnRequest = GiveImage, TokenAnswer = token => $$"""{"token":"{{token}}"{{life}}}""" };
        await using var session = new RegistrySession(time: time);
        await session.Repository(server.Address).ResolveAsync("1", Token);
        time.Advance(TimeSpan.FromSeconds(seconds));
        await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.Equal(expected, server.TokenRequests.Count);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task A_token_for_push_serves_a_pull_too()
    {
        var uploads = new SimpleUploads();
        await using var server =
            new AuthServer { OnRequest = exchange => exchange.Path.Contains("manifests", StringComparison.Ordinal) ? GiveImage(exchange)
                : uploads.HandleAsync(exchange) };
        await using var session = new RegistrySession();
        await session.Repository(server.Address).WriteBlobAsync(MemoryBlob.Random(100), Token);
        await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.Single(server.TokenRequests);
    }

    [Fact]
    public async Task After_insufficient_scope_the_scope_of_the_challenge_is_requested_once()
    {
        AuthServer? server = null;
        await using var own = server = new AuthServer
        {
            OnRequest = exchange => exchange.Header("Authorization") == "Bearer token-1"
                ? server!.RefuseAsync(exchange,
                    ",error=\"insufficient_scope\",scope=\"repository:team/app:pull repository:base/image:pull\"")
                : GiveImage(exchange),
        };
        await using var session = new RegistrySession();
        await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.Equal(["repository:team/app:pull", "repository:base/image:pull"], server.TokenRequests[1].Scopes);
        Assert.Equal(2, server.TokenRequests.Count);

        // It is remembered: the next request needs no widening.
        await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.Equal(2, server.TokenRequests.Count);
    }

    [Fact]
    public async Task A_token_that_is_rejected_repeatedly_is_an_error()
    {
        AuthServer? server = null;
        await using var own = server = new AuthServer
            { OnRequest = exchange => server!.RefuseAsync(exchange, ",error=\"insufficient_scope\",scope=\"repository:team/app:*\"") };
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryUnauthorizedException>(
            () => session.Repository(server.Address).ResolveAsync("1", Token));
        Assert.Equal("UNAUTHORIZED", error.ErrorCode);
        Assert.InRange(server.TokenRequests.Count, 2, 3);
    }

    [Fact]
    public async Task Tokens_are_kept_by_host_realm_service_scope_and_user()
    {
        await using var one = new AuthServer { OnRequest = GiveImage };
        await using var two = new AuthServer { OnRequest = GiveImage };
        await using var session = new RegistrySession();
        for (var round = 0; round < 2; round++)
        {
            await session.Repository(one.Address, "a/b").ResolveAsync("1", Token);
            await session.Repository(one.Address, "a/c").ResolveAsync("1", Token);
            await session.Repository(one.Address, "a/b", Ann).ResolveAsync("1", Token);
            await session.Repository(two.Address, "a/b").ResolveAsync("1", Token);
        }

        Assert.Equal((3, 1), (one.TokenRequests.Count, two.TokenRequests.Count));
    }

    [Fact]
    public async Task Expired_tokens_are_removed()
    {
        // A mirror of a whole registry has a scope for each of its repositories.
        var time = new FakeTimeProvider();
        await using var server = new AuthServer { OnRequest = GiveImage };
        var options = new RegistryClientOptions { TimeProvider = time, CertificateFolders = [], Environment = _ => null };
        using var connection = new HostConnection(server.Address, RegistrySession.Quick, options);
        var transport = new RegistryTransport(connection, options, RequestOptions.Default, (_, _) => default);
        for (var number = 0; number < 1200; number++)
        {
            using var answer = await transport.SendAsync(
                new RegistryRequest { Method = HttpMethod.Get, Target = "/v2/", Purpose = "asking",
                    Scopes = [TokenScope.Pull($"app/a{number}")] }, Token);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1200, server.TokenRequests.Count);
        Assert.InRange(connection.Handlers.TokenCount, 55, 600);
    }

    [Fact]
    public async Task A_401_during_an_upload_renews_the_token_and_sends_the_body_again()
    {
        var time = new FakeTimeProvider();
        var uploads = new SimpleUploads();
        var blob = MemoryBlob.Random(3_000_000);
        await using var server = new AuthServer
        {
            Time = time,
            TokenLife = TimeSpan.FromSeconds(2),
            OnRequest = async exchange =>
            {
                await uploads.HandleAsync(exchange);
                if (exchange.Method == "POST")
                {
                    time.Advance(TimeSpan.FromSeconds(3));
                }
            },
        };
        await using var session = new RegistrySession(time: time);
        await session.Repository(server.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(blob.Content, uploads.Blobs[blob.TrueDigest.ToString()]);
        Assert.Equal(2, server.TokenRequests.Count);
    }

    [Fact]
    public async Task Forty_blobs_over_20_seconds_request_one_token_per_expiry()
    {
        var time = new FakeTimeProvider();
        var uploads = new SimpleUploads();
        await using var server = new AuthServer { Time = time, TokenLife = TimeSpan.FromSeconds(2), OnRequest = uploads.HandleAsync };
        await using var session = new RegistrySession(time: time);
        var repository = session.Repository(server.Address);
        for (var number = 0; number < 40; number++)
        {
            await repository.WriteBlobAsync(MemoryBlob.Random(2000, number), Token);
            time.Advance(TimeSpan.FromSeconds(0.5));
        }

        Assert.Equal(40, uploads.Blobs.Count);
        Assert.InRange(server.TokenRequests.Count, 1, 11);
    }

    [Fact]
    public async Task Concurrent_401s_share_one_refresh()
    {
        var time = new FakeTimeProvider();
        var uploads = new SimpleUploads();
        await using var server = new AuthServer { Time = time, TokenLife = TimeSpan.FromSeconds(2), OnRequest = uploads.HandleAsync };
        await using var session = new RegistrySession(time: time);
        var repository = session.Repository(server.Address);
        await repository.WriteBlobAsync(MemoryBlob.Random(10), Token);
        time.Advance(TimeSpan.FromSeconds(3));
        await Task.WhenAll(Enumerable.Range(1, 6).Select(number => repository.WriteBlobAsync(MemoryBlob.Random(2_000_000, number), Token)));
        Assert.Equal(2, server.TokenRequests.Count);
        Assert.Equal(7, uploads.Blobs.Count);
    }

    [Fact]
    public async Task Callers_wait_concurrently_for_a_silent_token_server()
    {
        var time = new FakeTimeProvider();
        var (asked, first, all) = (0, new TaskCompletionSource(), new TaskCompletionSource());
        await using var server = new AuthServer
        {
            OnRequest = GiveImage,
            OnToken = async (_, _) =>
            {
                switch (Interlocked.Increment(ref asked))
                {
                    case 1:
                        return false;
                    case 2:
                        first.SetResult();
                        break;
                    case 7:
                        all.SetResult();
                        break;
                }

                await all.Task.WaitAsync(Token);
                return false;
            },
        };
        await using var session = new RegistrySession(RegistrySession.Quick with { IdleTimeout = TimeSpan.FromSeconds(30) }, time);
        await session.Repository(server.Address, "other/app").ResolveAsync("1", Token);
        var pulls = Enumerable.Range(0, 6).Select(_ => session.Repository(server.Address, retries: 1).ResolveAsync("1", Token)).ToList();
        await first.Task.WaitAsync(Token);
        time.Advance(TimeSpan.FromSeconds(31));

        // The first request served all waiting operations; after its failure the others send their requests concurrently, not one after the
        // other.
        await all.Task.WaitAsync(TimeSpan.FromSeconds(20), Token);
        Assert.All(await Task.WhenAll(pulls), manifest => Assert.Equal(Image.Digest, manifest.Digest.ToString()));
    }

    [Fact]
    public async Task An_insufficient_scope_fails_only_when_it_is_needed()
    {
        await using var tokens = TokenServer.Start(new TokenServerOptions
        {
            Users = new Dictionary<string, string> { [Ann.UserName] = Ann.Secret },
            Allows = (_, _, action) => action == "pull",
        });
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant, new FakeRegistryOptions { TokenServer = tokens });
        await using var session = new RegistrySession();
        var repository = session.Repository(registry.Address, credential: Ann);
        Assert.False(await repository.HasBlobAsync(MemoryBlob.Random(10).Descriptor, Token));
        var error = await Assert.ThrowsAnyAsync<RegistryException>(() => repository.WriteBlobAsync(MemoryBlob.Random(10), Token));
        Assert.True(error is RegistryUnauthorizedException or RegistryDeniedException, error.ToString());
        Assert.Equal(0, registry.OpenUploads);
    }

    [Fact]
    public async Task A_401_without_a_challenge_uses_the_first_challenge()
    {
        var time = new FakeTimeProvider();
        await using var server =
            new AuthServer { Time = time, TokenLife = TimeSpan.FromSeconds(2), ChallengesEverywhere = false, OnRequest = GiveImage };
        await using var session = new RegistrySession(time: time);
        await session.Repository(server.Address).ResolveAsync("1", Token);
        time.Advance(TimeSpan.FromSeconds(3));
        await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.Equal(2, server.TokenRequests.Count);
    }

    [Fact]
    public async Task A_failed_first_request_is_repeated_when_its_challenge_is_needed()
    {
        await using var server = new AuthServer { ChallengesEverywhere = false, OnRequest = GiveImage };
        await using var proxy = FaultProxy.Start(server.Address);
        proxy.On("GET", "^/v2/$").Take(1).Respond(503);
        await using var session = new RegistrySession();
        await session.Repository(proxy.Address).ResolveAsync("1", Token);
        await session.Repository(proxy.Address).ResolveAsync("1", Token);
        Assert.Equal(2, proxy.Count("GET", "^/v2/$"));
        Assert.Single(server.TokenRequests);
    }

    private static Task GiveImage(ServerExchange exchange) => exchange.Path == "/v2/"
        ? exchange.RespondAsync(200, "{}")
        : exchange.RespondAsync(200, Image.Manifest, TestImage.ManifestType);
}
