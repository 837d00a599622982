using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>Basic and Bearer challenges, anonymous access and identity tokens.</summary>
public sealed class AuthenticationTests
{
    private static readonly TestImage Image = TestImage.Of(Http.RandomBytes(1000));
    private static readonly RegistryCredential Ann = new("ann", "s3cr:et");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_registry_without_authentication_needs_no_token()
    {
        var seen = new List<string?>();
        await using var server = LoopbackServer.Start(exchange =>
        {
            seen.Add(exchange.Header("Authorization"));
            return GiveImage(exchange);
        });
        await using var session = new RegistrySession();
        await session.Repository(server.Address, credential: Ann).ResolveAsync("1", Token);
        Assert.Equal([null, null], seen);
    }

    [Fact]
    public async Task Without_credentials_an_anonymous_token_is_fetched()
    {
        await using var server = new AuthServer { OnRequest = GiveImage };
        await using var session = new RegistrySession();
        await session.Repository(server.Address).ResolveAsync("1", Token);
        var asked = Assert.Single(server.TokenRequests);
        Assert.Null(asked.Authorization);
        Assert.Equal("/token?service=test%20registry&scope=repository%3Ateam%2Fapp%3Apull", asked.Target);
        Assert.Equal("Bearer token-1", server.Requests[^1].Authorization);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task With_credentials_the_token_is_requested_with_Basic()
    {
        await using var server = new AuthServer { OnRequest = GiveImage, Password = "ann:s3cr:et" };
        await using var session = new RegistrySession();
        await session.Repository(server.Address, credential: Ann).ResolveAsync("1", Token);
        Assert.Equal("Basic " + Convert.ToBase64String("ann:s3cr:et"u8), Assert.Single(server.TokenRequests).Authorization);
        Assert.All(server.Requests, request => Assert.DoesNotContain("Basic", request.Authorization ?? "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Basic_is_used_if_it_is_requested()
    {
        await using var server = new AuthServer { OnRequest = GiveImage, Password = "ann:s3cr:et", Challenges = ["BASIC realm=\"a, b\""] };
        await using var session = new RegistrySession();
        await session.Repository(server.Address, credential: Ann).ResolveAsync("1", Token);
        Assert.Equal("Basic " + Convert.ToBase64String("ann:s3cr:et"u8), server.Requests[^1].Authorization);
        Assert.Empty(server.TokenRequests);
    }

    [Theory]
    [InlineData("Negotiate, NTLM, Basic realm=\"x\"")]
    [InlineData("Negotiate YII=|NTLM|Basic realm=\"x\"")]
    public async Task Negotiate_and_NTLM_are_skipped(string headers)
    {
        await using var server = new AuthServer { OnRequest = GiveImage, Password = "ann:s3cr:et", Challenges = headers.Split('|') };
        await using var session = new RegistrySession();
        await session.Repository(server.Address, credential: Ann).ResolveAsync("1", Token);
        Assert.StartsWith("Basic ", server.Requests[^1].Authorization, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bearer_precedes_Basic()
    {
        await using var server = new AuthServer { OnRequest = GiveImage, Challenges = ["Basic realm=\"x\", Bearer realm=\"{realm}\""] };
        await using var session = new RegistrySession();
        await session.Repository(server.Address, credential: Ann).ResolveAsync("1", Token);
        Assert.Single(server.TokenRequests);
    }

    [Fact]
    public async Task The_query_of_the_realm_is_kept()
    {
        await using var server =
            new AuthServer { OnRequest = GiveImage, Challenges = ["Bearer realm=\"{realm}?tenant=a%2Fb\",service=\"s\""] };
        await using var session = new RegistrySession();
        await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.StartsWith("/token?tenant=a%2Fb&service=s&scope=", server.TokenRequests[0].Target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_may_be_called_access_token()
    {
        await using var server =
            new AuthServer { OnRequest = GiveImage, TokenAnswer = token => $$"""{"access_token":"{{token}}","expires_in":300}""" };
        await using var session = new RegistrySession();
        await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.Equal("Bearer token-1", server.Requests[^1].Authorization);
    }

    [Fact]
    public async Task An_identity_token_is_posted_as_a_refresh_token()
    {
        await using var server = new AuthServer { OnRequest = GiveImage };
        await using var session = new RegistrySession();
        await session.Repository(server.Address, credential: RegistryCredential.FromIdentityToken("r3fresh")).ResolveAsync("1", Token);
        var asked = Assert.Single(server.TokenRequests);
        Assert.Equal(("POST", "/token"), (asked.Method, asked.Target));
        Assert.Null(asked.Authorization);
        Assert.Equal("refresh_token", ServerExchange.FormValues(asked.Body, "grant_type").Single());
        Assert.Equal("r3fresh", ServerExchange.FormValues(asked.Body, "refresh_token").Single());
        Assert.Equal("test registry", ServerExchange.FormValues(asked.Body, "service").Single());
        Assert.NotEmpty(ServerExchange.FormValues(asked.Body, "client_id").Single());
        Assert.Equal(["repository:team/app:pull"], asked.Scopes);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(405)]
    public async Task Without_POST_support_the_identity_token_is_sent_by_GET(int status)
    {
        await using var server = new AuthServer
        {
            OnRequest = GiveImage,
            OnToken = async (exchange, _) =>
            {
                if (exchange.Method == "POST")
                {
                    await exchange.RespondAsync(status);
                }

                return exchange.Method == "POST";
            },
        };
        await using var session = new RegistrySession();
        await session.Repository(server.Address, credential: RegistryCredential.FromIdentityToken("r3fresh")).ResolveAsync("1", Token);
        Assert.Equal(["POST", "GET"], server.TokenRequests.Select(request => request.Method));
        Assert.Equal("Basic " + Convert.ToBase64String("<token>:r3fresh"u8), server.TokenRequests[1].Authorization);
    }

    [Fact]
    public async Task A_pull_requests_the_scope_pull_and_a_push_the_scopes_pull_and_push()
    {
        var uploads = new SimpleUploads();
        await using var server =
            new AuthServer { OnRequest = exchange => exchange.Path.Contains("manifests", StringComparison.Ordinal) ? GiveImage(exchange)
                : uploads.HandleAsync(exchange) };
        await using var session = new RegistrySession();
        await session.Repository(server.Address).ResolveAsync("1", Token);
        await session.Repository(server.Address).WriteBlobAsync(MemoryBlob.Random(100), Token);
        Assert.Equal(["repository:team/app:pull", "repository:team/app:pull,push"],
            server.TokenRequests.Select(request => Assert.Single(request.Scopes)));
    }

    [Fact]
    public async Task A_deletion_requests_the_scope_delete()
    {
        await using var server = new AuthServer { OnRequest = exchange => exchange.RespondAsync(202) };
        await using var session = new RegistrySession();
        await session.Repository(server.Address).DeleteManifestAsync(Digest.Of([1]), Token);
        Assert.Contains(server.TokenRequests, request => request.Scopes.SequenceEqual(["repository:team/app:delete"]));
    }

    [Fact]
    public async Task A_mount_requests_two_scopes_its_own_first()
    {
        await using var server =
            new AuthServer { OnRequest = exchange => exchange.RespondAsync(exchange.Method == "POST" ? 201 : 200, "0123456789") };
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(10).Descriptor;
        Assert.True(await session.Repository(server.Address, "one/app").HasBlobAsync(blob, Token));
        Assert.True(await session.Repository(server.Address, "two/app").TryMountAsync(blob, Token));
        Assert.Equal(["repository:two/app:pull,push", "repository:one/app:pull"], server.TokenRequests[^1].Scopes);
    }

    private static Task GiveImage(ServerExchange exchange) => exchange.Path == "/v2/"
        ? exchange.RespondAsync(200, "{}")
        : exchange.RespondAsync(200, Image.Manifest, TestImage.ManifestType);
}
