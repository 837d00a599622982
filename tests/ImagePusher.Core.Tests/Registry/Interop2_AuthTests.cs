using System.Net;
using System.Text;
using ImagePusher.Core.Names;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.Core.Registry.Authentication;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.Emulation;
using ImagePusher.TestSupport.Faults;
using Microsoft.Extensions.Time.Testing;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>interop.md §2: authentication. A method a fact.</summary>
public sealed class Interop2_AuthTests
{
    private static readonly TestImage Image = TestImage.Of(Http.RandomBytes(1000));
    private static readonly RegistryCredential Ann = new("ann", "s3cr:et");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_open_registry_is_asked_without_a_token()
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
    public async Task With_credentials_the_token_is_asked_for_by_Basic()
    {
        await using var server = new AuthServer { OnRequest = GiveImage, Password = "ann:s3cr:et" };
        await using var session = new RegistrySession();
        await session.Repository(server.Address, credential: Ann).ResolveAsync("1", Token);
        Assert.Equal("Basic " + Convert.ToBase64String("ann:s3cr:et"u8), Assert.Single(server.TokenRequests).Authorization);
        Assert.All(server.Requests, request => Assert.DoesNotContain("Basic", request.Authorization ?? "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Basic_is_answered_where_it_is_asked_for()
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
    public async Task Bearer_goes_before_Basic()
    {
        await using var server = new AuthServer { OnRequest = GiveImage, Challenges = ["Basic realm=\"x\", Bearer realm=\"{realm}\""] };
        await using var session = new RegistrySession();
        await session.Repository(server.Address, credential: Ann).ResolveAsync("1", Token);
        Assert.Single(server.TokenRequests);
    }

    [Fact]
    public async Task The_realms_own_query_is_kept()
    {
        await using var server = new AuthServer { OnRequest = GiveImage, Challenges = ["Bearer realm=\"{realm}?tenant=a%2Fb\",service=\"s\""] };
        await using var session = new RegistrySession();
        await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.StartsWith("/token?tenant=a%2Fb&service=s&scope=", server.TokenRequests[0].Target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_may_be_called_access_token()
    {
        await using var server = new AuthServer { OnRequest = GiveImage, TokenAnswer = token => $$"""{"access_token":"{{token}}","expires_in":300}""" };
        await using var session = new RegistrySession();
        await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.Equal("Bearer token-1", server.Requests[^1].Authorization);
    }

    [Theory]
    [InlineData("", 50, 1)]
    [InlineData("", 70, 2)]
    [InlineData(",\"expires_in\":1", 50, 1)]
    [InlineData(",\"expires_in\":1", 70, 2)]
    [InlineData(",\"expires_in\":300", 290, 1)]
    [InlineData(",\"expires_in\":300", 310, 2)]
    public async Task A_token_lives_60_seconds_unless_longer_and_is_renewed_before_its_end(string life, int seconds, int expected)
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
    public async Task Where_POST_is_not_served_the_identity_token_goes_by_GET(int status)
    {
        await using var server = new AuthServer
        {
            OnRequest = GiveImage,
            OnToken = async (exchange, _) =>
            {
                if (exchange.Method == "POST")
                {
                    await exchange.AnswerAsync(status);
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
    public async Task A_pull_asks_for_pull_and_a_push_for_pull_and_push()
    {
        var uploads = new SimpleUploads();
        await using var server = new AuthServer { OnRequest = exchange => exchange.Path.Contains("manifests", StringComparison.Ordinal) ? GiveImage(exchange) : uploads.HandleAsync(exchange) };
        await using var session = new RegistrySession();
        await session.Repository(server.Address).ResolveAsync("1", Token);
        await session.Repository(server.Address).WriteBlobAsync(MemoryBlob.Random(100), Token);
        Assert.Equal(["repository:team/app:pull", "repository:team/app:pull,push"], server.TokenRequests.Select(request => Assert.Single(request.Scopes)));
    }

    [Fact]
    public async Task A_token_for_push_serves_a_pull_too()
    {
        var uploads = new SimpleUploads();
        await using var server = new AuthServer { OnRequest = exchange => exchange.Path.Contains("manifests", StringComparison.Ordinal) ? GiveImage(exchange) : uploads.HandleAsync(exchange) };
        await using var session = new RegistrySession();
        await session.Repository(server.Address).WriteBlobAsync(MemoryBlob.Random(100), Token);
        await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.Single(server.TokenRequests);
    }

    [Fact]
    public async Task A_deletion_asks_for_delete()
    {
        await using var server = new AuthServer { OnRequest = exchange => exchange.AnswerAsync(202) };
        await using var session = new RegistrySession();
        await session.Repository(server.Address).DeleteManifestAsync(Digest.Of([1]), Token);
        Assert.Contains(server.TokenRequests, request => request.Scopes.SequenceEqual(["repository:team/app:delete"]));
    }

    [Fact]
    public async Task A_mount_asks_for_two_scopes_its_own_first()
    {
        await using var server = new AuthServer { OnRequest = exchange => exchange.AnswerAsync(exchange.Method == "POST" ? 201 : 200, "") };
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(10).Descriptor;
        Assert.True(await session.Repository(server.Address, "one/app").HasBlobAsync(blob, Token));
        Assert.True(await session.Repository(server.Address, "two/app").TryMountAsync(blob, Token));
        Assert.Equal(["repository:two/app:pull,push", "repository:one/app:pull"], server.TokenRequests[^1].Scopes);
    }

    [Fact]
    public async Task On_insufficient_scope_the_challenges_own_scope_is_asked_for_once()
    {
        AuthServer? server = null;
        await using var own = server = new AuthServer
        {
            OnRequest = exchange => exchange.Header("Authorization") == "Bearer token-1"
                ? server!.RefuseAsync(exchange, ",error=\"insufficient_scope\",scope=\"repository:team/app:pull repository:base/image:pull\"")
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
    public async Task A_token_that_is_refused_again_and_again_ends_in_an_error()
    {
        AuthServer? server = null;
        await using var own = server = new AuthServer { OnRequest = exchange => server!.RefuseAsync(exchange, ",error=\"insufficient_scope\",scope=\"repository:team/app:*\"") };
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryUnauthorizedException>(() => session.Repository(server.Address).ResolveAsync("1", Token));
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
    public async Task Tokens_that_have_ended_are_not_kept_for_ever()
    {
        // A mirror of a whole registry has a scope for each of its repositories.
        var time = new FakeTimeProvider();
        await using var server = new AuthServer { OnRequest = GiveImage };
        var options = new RegistryClientOptions { TimeProvider = time, CertificateFolders = [], Environment = _ => null };
        using var host = new RegistryHost(server.Address, RegistrySession.Quick, options);
        var transport = new RegistryTransport(host, options, RequestOptions.Default, (_, _) => default);
        for (var number = 0; number < 1200; number++)
        {
            using var answer = await transport.SendAsync(
                new RegistryRequest { Method = HttpMethod.Get, Target = "/v2/", Purpose = "asking", Scopes = [TokenScope.Pull($"app/a{number}")] }, Token);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1200, server.TokenRequests.Count);
        Assert.InRange(host.Authentication.TokenCount, 55, 600);
    }

    [Fact]
    public async Task A_401_in_the_middle_renews_the_token_and_sends_the_body_again()
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
    public async Task Forty_blobs_over_20_seconds_with_tokens_of_2_seconds_need_a_token_an_expiry()
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
    public async Task Those_who_wait_for_a_silent_token_server_wait_together()
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

        // The first one asked for all; when it has failed the others ask at once, and not one after the other.
        await all.Task.WaitAsync(TimeSpan.FromSeconds(20), Token);
        await Task.WhenAll(pulls);
    }

    [Fact]
    public async Task A_realm_over_plain_http_is_refused_when_the_registry_is_https()
    {
        using var certificates = new TestCertificates();
        await using var thief = new AuthServer();
        await using var server = LoopbackServer.Start(
            exchange =>
            {
                exchange.Add("WWW-Authenticate", $"Bearer realm=\"{thief.Realm}\",service=\"s\"");
                return exchange.AnswerAsync(401);
            },
            certificates);
        await using var session = new RegistrySession(RegistrySession.Quick with { PlainHttp = false, CertificateAuthority = certificates.AuthorityFile });
        var error = await Assert.ThrowsAsync<RegistryUnauthorizedException>(() => session.Repository(server.Address, credential: Ann).ResolveAsync("1", Token));
        Assert.Contains("plain http", error.Message, StringComparison.Ordinal);
        Assert.Empty(thief.TokenRequests);
    }

    [Theory]
    [InlineData("http://10.0.0.7/token")]
    [InlineData("http://127.0.0.1:9/token")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://[fd00::7]/token")]
    public async Task A_token_server_in_a_private_network_is_refused_for_a_registry_outside(string realm)
    {
        var asked = new List<string>();
        await using var world = LoopbackServer.Start(exchange =>
        {
            asked.Add(exchange.Target);
            exchange.Add("WWW-Authenticate", $"Bearer realm=\"{realm}\",service=\"s\"");
            return exchange.AnswerAsync(401);
        });
        await using var session = new RegistrySession(RegistrySession.Quick with { PlainHttp = true }, change: options => options with { Proxy = new WebProxy(world.Url) });
        var error = await Assert.ThrowsAsync<RegistryUnauthorizedException>(() => session.Repository("registry.example", credential: Ann).ResolveAsync("1", Token));
        Assert.Contains("private network", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(asked, target => !target.StartsWith("http://registry.example/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_smaller_grant_fails_where_it_does_not_suffice_and_not_before()
    {
        await using var tokens = TokenServer.Start(new TokenServerOptions
        {
            Users = new Dictionary<string, string> { [Ann.UserName] = Ann.Secret }, Allows = (_, _, action) => action == "pull",
        });
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook, new EmulatedRegistryOptions { TokenServer = tokens });
        await using var session = new RegistrySession();
        var repository = session.Repository(registry.Address, credential: Ann);
        Assert.False(await repository.HasBlobAsync(MemoryBlob.Random(10).Descriptor, Token));
        var error = await Assert.ThrowsAnyAsync<RegistryException>(() => repository.WriteBlobAsync(MemoryBlob.Random(10), Token));
        Assert.True(error is RegistryUnauthorizedException or RegistryDeniedException, error.ToString());
        Assert.Equal(0, registry.OpenUploads);
    }

    [Fact]
    public async Task A_401_without_challenge_is_answered_by_the_first_one()
    {
        var time = new FakeTimeProvider();
        await using var server = new AuthServer { Time = time, TokenLife = TimeSpan.FromSeconds(2), ChallengesEverywhere = false, OnRequest = GiveImage };
        await using var session = new RegistrySession(time: time);
        await session.Repository(server.Address).ResolveAsync("1", Token);
        time.Advance(TimeSpan.FromSeconds(3));
        await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.Equal(2, server.TokenRequests.Count);
    }

    [Fact]
    public async Task A_first_question_that_failed_is_asked_again_when_its_challenge_is_needed()
    {
        await using var server = new AuthServer { ChallengesEverywhere = false, OnRequest = GiveImage };
        await using var proxy = FaultProxy.Start(server.Address);
        proxy.On("GET", "^/v2/$").Take(1).Answer(503);
        await using var session = new RegistrySession();
        await session.Repository(proxy.Address).ResolveAsync("1", Token);
        await session.Repository(proxy.Address).ResolveAsync("1", Token);
        Assert.Equal(2, proxy.Count("GET", "^/v2/$"));
        Assert.Single(server.TokenRequests);
    }

    [Fact]
    public async Task Wrong_credentials_never_fall_back_to_anonymous()
    {
        await using var server = new AuthServer { OnRequest = GiveImage, Password = "ann:right" };
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryUnauthorizedException>(() => session.Repository(server.Address, credential: Ann).ResolveAsync("1", Token));
        Assert.All(server.TokenRequests, request => Assert.NotNull(request.Authorization));
        Assert.DoesNotContain(server.Requests, request => request.Target != "/v2/");
        Assert.Contains("user 'ann'", error.Message, StringComparison.Ordinal);
        Assert.Contains("incorrect username or password", error.Message, StringComparison.Ordinal);
        Assert.Contains("Check the user name and password", error.Cure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_Basic_credentials_are_sent_once_and_not_retried()
    {
        await using var server = new AuthServer { OnRequest = GiveImage, Password = "ann:right", Challenges = ["Basic realm=\"x\""] };
        await using var session = new RegistrySession();
        await Assert.ThrowsAsync<RegistryUnauthorizedException>(() => session.Repository(server.Address, credential: Ann).ResolveAsync("1", Token));
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData("<html><title>Login</title></html>")]
    [InlineData("""{"token":"\ud800"}""")]
    [InlineData("""{"token":7}""")]
    [InlineData("[]")]
    [InlineData("")]
    public async Task A_token_server_that_answers_without_a_token_is_named(string body)
    {
        await using var server = new AuthServer
        {
            OnToken = async (exchange, _) =>
            {
                await exchange.AnswerAsync(200, body, "text/html");
                return true;
            },
        };
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(() => session.Repository(server.Address).ResolveAsync("1", Token));
        Assert.Contains($"http://{server.Address}/token", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("<html>", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_server_that_fails_in_passing_is_asked_again()
    {
        var failures = 2;
        await using var server = new AuthServer
        {
            OnRequest = GiveImage,
            OnToken = async (exchange, _) =>
            {
                if (failures-- > 0)
                {
                    await exchange.AnswerAsync(503);
                    return true;
                }

                return false;
            },
        };
        await using var session = new RegistrySession();
        await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.Equal(3, server.TokenRequests.Count);
    }

    [Fact]
    public async Task Ping_checks_the_credentials()
    {
        await using var server = new AuthServer { Password = "ann:s3cr:et" };
        await using var session = new RegistrySession();
        await session.Client.PingAsync(server.Address, new RequestOptions { Credential = Ann, Log = session.Log }, Token);
        await Assert.ThrowsAsync<RegistryUnauthorizedException>(
            () => session.Client.PingAsync(server.Address, new RequestOptions { Credential = Ann with { Secret = "wrong" }, Log = session.Log }, Token));
    }

    [Fact]
    public async Task No_secret_is_ever_said()
    {
        await using var server = new AuthServer { OnRequest = exchange => exchange.AnswerAsync(403, """{"errors":[{"code":"DENIED","message":"no"}]}"""), Password = "ann:s3cr:et" };
        await using var session = new RegistrySession();
        var errors = new List<string>();
        foreach (var credential in new[] { Ann, Ann with { Secret = "s3cr:et-wrong" }, RegistryCredential.FromIdentityToken("s3cr:et-token") })
        {
            var error = await Assert.ThrowsAnyAsync<RegistryException>(() => session.Repository(server.Address, credential: credential).ResolveAsync("1", Token));
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
    public async Task A_secret_that_a_server_repeats_is_not_said(string challenge)
    {
        // Servers that mean to help put into their errors what they were sent.
        await using var server = new AuthServer
        {
            Challenges = [challenge],
            Password = "ann:s3cr:et",
            OnRequest = exchange => exchange.AnswerAsync(403, $$"""{"errors":[{"code":"DENIED","message":"not with {{exchange.Header("Authorization")}}","detail":"user ann with s3cr:et"}]}"""),
            OnToken = async (exchange, body) =>
            {
                var isRefused = exchange.Header("Authorization") != "Basic " + Convert.ToBase64String("ann:s3cr:et"u8);
                if (isRefused)
                {
                    var read = exchange.Header("Authorization") is { } header
                        ? System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(header[6..]))
                        : ServerExchange.FormValues(body, "refresh_token").Single();
                    await exchange.AnswerAsync(401, $$"""{"details":"{{exchange.Header("Authorization")}} {{body}} {{read}}"}""");
                }

                return isRefused;
            },
        };
        await using var session = new RegistrySession();
        var said = new List<string>();
        foreach (var credential in new[] { Ann, Ann with { Secret = "wr0ng:one" }, RegistryCredential.FromIdentityToken("r3fresh/wr0ng") })
        {
            said.Add((await Assert.ThrowsAnyAsync<RegistryException>(() => session.Repository(server.Address, credential: credential, retries: 0).ResolveAsync("1", Token))).ToString());
        }

        Assert.Contains("not with", said[0], StringComparison.Ordinal);
        var all = session.Log.Text + string.Concat(said);
        foreach (var secret in new[] { "s3cr:et", "wr0ng", "token-1", Convert.ToBase64String("ann:s3cr:et"u8), Convert.ToBase64String("ann:wr0ng:one"u8), "r3fresh" })
        {
            Assert.DoesNotContain(secret, all, StringComparison.Ordinal);
        }
    }

    private static Task GiveImage(ServerExchange exchange) => exchange.Path == "/v2/"
        ? exchange.AnswerAsync(200, "{}")
        : exchange.AnswerAsync(200, Image.Manifest, TestImage.ManifestType);
}
