using System.Net;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Registry;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>The servers that receive a credential, and the absence of credentials in messages.</summary>
public sealed class CredentialTrustTests
{
    private static readonly TestImage Image = TestImage.Of(Http.RandomBytes(1000));
    private static readonly RegistryCredential Ann = new("ann", "s3cr:et");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_realm_with_http_is_rejected_for_an_https_registry()
    {
        using var certificates = new TestCertificates();
        await using var thief = new AuthServer();
        await using var server = LoopbackServer.Start(
            exchange =>
            {
                exchange.Add("WWW-Authenticate", $"Bearer realm=\"{thief.Realm}\",service=\"s\"");
                return exchange.RespondAsync(401);
            },
            certificates);
        await using var session =
            new RegistrySession(RegistrySession.Quick with { PlainHttp = false, CertificateAuthority = certificates.AuthorityFile });
        var error = await Assert.ThrowsAsync<RegistryUnauthorizedException>(
            () => session.Repository(server.Address, credential: Ann).ResolveAsync("1", Token));
        Assert.Contains("plain http", error.Message, StringComparison.Ordinal);
        Assert.Empty(thief.TokenRequests);
    }

    [Theory]
    [InlineData("http://10.0.0.7/token")]
    [InlineData("http://127.0.0.1:9/token")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://[fd00::7]/token")]
    public async Task A_token_server_in_a_private_network_is_rejected_for_a_public_registry(string realm)
    {
        var asked = new List<string>();
        await using var world = LoopbackServer.Start(exchange =>
        {
            asked.Add(exchange.Target);
            exchange.Add("WWW-Authenticate", $"Bearer realm=\"{realm}\",service=\"s\"");
            return exchange.RespondAsync(401);
        });
        await using var session = new RegistrySession(RegistrySession.Quick with { PlainHttp = true },
            change: options => options with { Proxy = new WebProxy(world.Url) });
        var error = await Assert.ThrowsAsync<RegistryUnauthorizedException>(
            () => session.Repository("registry.example", credential: Ann).ResolveAsync("1", Token));
        Assert.Contains("private network", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(asked, target => !target.StartsWith("http://registry.example/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Wrong_credentials_never_fall_back_to_anonymous()
    {
        await using var server = new AuthServer { OnRequest = GiveImage, Password = "ann:right" };
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryUnauthorizedException>(
            () => session.Repository(server.Address, credential: Ann).ResolveAsync("1", Token));
        Assert.All(server.TokenRequests, request => Assert.NotNull(request.Authorization));
        Assert.DoesNotContain(server.Requests, request => request.Target != "/v2/");
        Assert.Contains("user 'ann'", error.Message, StringComparison.Ordinal);
        Assert.Contains("incorrect username or password", error.Message, StringComparison.Ordinal);
        Assert.Contains("Check the user name and password", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_Basic_credentials_are_sent_once_and_not_retried()
    {
        await using var server = new AuthServer { OnRequest = GiveImage, Password = "ann:right", Challenges = ["Basic realm=\"x\""] };
        await using var session = new RegistrySession();
        await Assert.ThrowsAsync<RegistryUnauthorizedException>(
            () => session.Repository(server.Address, credential: Ann).ResolveAsync("1", Token));
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData("<html><title>Login</title></html>")]
    [InlineData("""{"token":"\ud800"}""")]
    [InlineData("""{"token":7}""")]
    [InlineData("[]")]
    [InlineData("")]
    public async Task A_token_server_that_responds_without_a_token_is_named(string body)
    {
        await using var server = new AuthServer
        {
            OnToken = async (exchange, _) =>
            {
                await exchange.RespondAsync(200, body, "text/html");
                return true;
            },
        };
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(() => session.Repository(server.Address).ResolveAsync("1", Token));
        Assert.Contains($"http://{server.Address}/token", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("<html>", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transient_failure_of_a_token_server_is_retried()
    {
        var failures = 2;
        await using var server = new AuthServer
        {
            OnRequest = GiveImage,
            OnToken = async (exchange, _) =>
            {
                if (failures-- > 0)
                {
                    await exchange.RespondAsync(503);
                    return true;
                }

                return false;
            },
        };
        await using var session = new RegistrySession();
        await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.Equal(3, server.TokenRequests.Count);
    }

    [Theory]
    [InlineData("tok\\r\\nX-Evil: 1")]
    [InlineData("tok\\u0000")]
    [InlineData("tok en")]
    [InlineData("t\u00f6ken")]
    public async Task A_token_that_a_header_cannot_carry_is_rejected_and_not_shown(string token)
    {
        await using var server = new AuthServer { TokenAnswer = _ => $$"""{"token":"{{token}}"}""" };
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(() => session.Repository(server.Address).ResolveAsync("1", Token));
        Assert.Contains("invalid characters", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("tok\r", error.ToString(), StringComparison.Ordinal);
        Assert.NotEmpty(error.RecommendedAction);
    }

    [Fact]
    public async Task A_token_response_over_the_limit_is_rejected()
    {
        await using var server = new AuthServer { TokenAnswer = _ => $$"""{"token":"{{new string('x', 2_000_000)}}"}""" };
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(() => session.Repository(server.Address).ResolveAsync("1", Token));
        Assert.Contains("token server", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("xxxx", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/token")]
    [InlineData("ftp://auth.example/token")]
    [InlineData("http://auth.example\u0001/token")]
    [InlineData("https://")]
    public async Task A_realm_that_is_not_a_URL_is_named(string realm)
    {
        await using var server = new AuthServer { Challenges = [$"Bearer realm=\"{realm}\",service=\"s\""] };
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(() => session.Repository(server.Address).ResolveAsync("1", Token));
        Assert.Contains("realm", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\u0001", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disconnecting_discards_all_tokens_including_those_of_a_repository_in_use()
    {
        await using var server = new AuthServer { OnRequest = GiveImage };
        await using var session = new RegistrySession();
        await session.Client.ConnectAsync(server.Address, Ann, cancellationToken: Token);
        var repository = session.Repository(server.Address);
        await repository.ResolveAsync("1", Token);
        var before = server.TokenRequests.Count;
        Assert.True(session.Client.Disconnect(server.Address));
        await repository.ResolveAsync("1", Token);
        Assert.Equal(before + 1, server.TokenRequests.Count);
        Assert.Null(server.TokenRequests[^1].Authorization);
    }

    [Fact]
    public async Task Ping_checks_the_credentials()
    {
        await using var server = new AuthServer { Password = "ann:s3cr:et" };
        await using var session = new RegistrySession();
        await session.Client.PingAsync(server.Address, new RequestOptions { Credential = Ann, Log = session.Log }, Token);
        await Assert.ThrowsAsync<RegistryUnauthorizedException>(
            () => session.Client.PingAsync(server.Address,
                new RequestOptions { Credential = Ann with { Secret = "wrong" }, Log = session.Log }, Token));
    }

    [Fact]
    public async Task No_secret_is_ever_shown()
    {
        await using var server =
            new AuthServer { OnRequest = exchange => exchange.RespondAsync(403, """{"errors":[{"code":"DENIED","message":"no"}]}"""),
                Password = "ann:s3cr:et" };
        await using var session = new RegistrySession();
        var errors = new List<string>();
        foreach (var credential in new[] { Ann, Ann with { Secret = "s3cr:et-wrong" },
            RegistryCredential.FromIdentityToken("s3cr:et-token") })
        {
            var error = await Assert.ThrowsAnyAsync<RegistryException>(
                () => session.Repository(server.Address, credential: credential).ResolveAsync("1", Token));
            errors.Add(error.ToString());
            errors.Add(credential.ToString());
        }

        var said = session.Log.Text + string.Concat(errors);
        Assert.NotEmpty(session.Log.Lines);
        foreach (var secret in new[] { "s3cr:et", Convert.ToBase64String("ann:s3cr:et"u8), "token-1" })
        {
            Assert.DoesNotContain(secret, said, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Bearer realm=\"{realm}\",service=\"test\"")]
    [InlineData("Basic realm=\"x\"")]
    public async Task A_secret_that_a_server_repeats_is_not_shown(string challenge)
    {
        // Some servers include the request in their errors.
        await using var server = new AuthServer
        {
            Challenges = [challenge],
            Password = "ann:s3cr:et",
            OnRequest = exchange => exchange.RespondAsync(403,
                $$"""
                    {"errors":[{"code":"DENIED","message":"not with {{exchange.Header("Authorization")}}",
                    "detail":"user ann with s3cr:et"}]}
                    """),
            OnToken = async (exchange, body) =>
            {
                var isRefused = exchange.Header("Authorization") != "Basic " + Convert.ToBase64String("ann:s3cr:et"u8);
                if (isRefused)
                {
                    var read = exchange.Header("Authorization") is { } header
                        ? System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(header[6..]))
                        : ServerExchange.FormValues(body, "refresh_token").Single();
                    await exchange.RespondAsync(401, $$"""{"details":"{{exchange.Header("Authorization")}} {{body}} {{read}}"}""");
                }

                return isRefused;
            },
        };
        await using var session = new RegistrySession();
        var said = new List<string>();
        foreach (var credential in new[] { Ann, Ann with { Secret = "wr0ng:one" }, RegistryCredential.FromIdentityToken("r3fresh/wr0ng") })
        {
            said.Add((await Assert.ThrowsAnyAsync<RegistryException>(
                () => session.Repository(server.Address, credential: credential, retries: 0).ResolveAsync("1", Token))).ToString());
        }

        Assert.Contains("not with", said[0], StringComparison.Ordinal);
        var all = session.Log.Text + string.Concat(said);
        foreach (var secret in new[] { "s3cr:et", "wr0ng", "token-1", Convert.ToBase64String("ann:s3cr:et"u8),
            Convert.ToBase64String("ann:wr0ng:one"u8), "r3fresh" })
        {
            Assert.DoesNotContain(secret, all, StringComparison.Ordinal);
        }
    }

    private static Task GiveImage(ServerExchange exchange) => exchange.Path == "/v2/"
        ? exchange.RespondAsync(200, "{}")
        : exchange.RespondAsync(200, Image.Manifest, TestImage.ManifestType);
}
