using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ImagePusher.TestSupport.FakeRegistries;
using Microsoft.Extensions.Time.Testing;

namespace ImagePusher.TestSupport.Tests;

public sealed class TokenServerTests
{
    private static readonly TokenServerOptions WithAnn = new()
    {
        Users = new Dictionary<string, string> { ["ann"] = "pass:word" },
        RefreshTokens = new Dictionary<string, string> { ["refresh-1"] = "ann" },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Anonymous_access_is_limited_to_public_scopes()
    {
        await using var server = TokenServer.Start(WithAnn);
        using var client = Http.NewClient();
        using var answer = await GetAsync(client, server, "repository:team/app:pull,push");
        var token = await FieldAsync(answer, "token");
        var issued = server.Find(token)!;
        Assert.Null(issued.User);
        Assert.Equal([("team/app", "pull")], issued.Access);
        var request = server.Requests.Single();
        Assert.Equal(("GET", null, "registry.test", false, 200),
            (request.Method, request.User, request.Service, request.HasAuthorization, request.Status));
        Assert.Equal(["repository:team/app:pull,push"], request.Scopes);
        Assert.Null(server.Find(token + "x"));
    }

    [Fact]
    public async Task Basic_credentials_get_every_scope_and_wrong_credentials_get_none()
    {
        await using var server = TokenServer.Start(WithAnn);
        using var client = Http.NewClient();
        client.DefaultRequestHeaders.Authorization = Http.Basic("ann", "pass:word");
        using var answer = await GetAsync(client, server, "repository:a:pull,push", "repository:b/c:pull");
        Assert.Equal([("a", "pull"), ("a", "push"), ("b/c", "pull")], server.Find(await FieldAsync(answer, "token"))!.Access.Order());

        client.DefaultRequestHeaders.Authorization = Http.Basic("ann", "wrong");
        using var refused = await GetAsync(client, server, "repository:a:pull");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Single(server.Issued);
        Assert.Equal([200, 401], server.Requests.Select(request => request.Status));
    }

    [Fact]
    public async Task A_refresh_token_or_a_password_is_posted()
    {
        await using var server = TokenServer.Start(WithAnn);
        using var client = Http.NewClient();
        foreach (var (form, status) in new[]
        {
            ("grant_type=refresh_token&refresh_token=refresh-1", 200),
            ("grant_type=password&username=ann&password=pass%3Aword", 200),
            ("grant_type=refresh_token&refresh_token=stolen", 401),
            ("grant_type=other", 400),
        })
        {
            using var content = new StringContent(
                $"{form}&service=registry.test&client_id=test&scope=repository%3Aa%3Apull+repository:b:push", null,
                "application/x-www-form-urlencoded");
            using var answer = await client.PostAsync(server.Realm, content, Token);
            Assert.Equal(status, (int)answer.StatusCode);
            if (status == 200)
            {
                Assert.Equal([("a", "pull"), ("b", "push")], server.Find(await FieldAsync(answer, "access_token"))!.Access.Order());
            }
        }

        Assert.Equal(["refresh_token", "password", "refresh_token", "other"], server.Requests.Select(request => request.GrantType));
    }

    [Fact]
    public async Task It_can_reject_POST_read_one_scope_and_omit_the_expiry()
    {
        var options = WithAnn with { TakesPost = false, ReadsOnlyFirstScope = true, TokenField = "access_token", SaysExpiry = false,
            RealmQuery = "x=%2F&account=1", AllowsAnonymous = false };
        await using var server = TokenServer.Start(options);
        using var client = Http.NewClient();
        using (var post = await client.PostAsync(server.Realm, new StringContent("grant_type=refresh_token&refresh_token=refresh-1"),
            Token))
        {
            Assert.Equal(HttpStatusCode.NotFound, post.StatusCode);
        }

        using (var anonymous = await GetAsync(client, server, "repository:a:pull"))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
        }

        client.DefaultRequestHeaders.Authorization = Http.Basic("ann", "pass:word");
        using var answer = await GetAsync(client, server, "repository:a:pull", "repository:b:pull");
        Assert.Equal([("a", "pull")], server.Find(await FieldAsync(answer, "access_token"))!.Access);
        Assert.DoesNotContain("expires_in", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.StartsWith("/token?x=%2F&account=1&", server.Requests[^1].Target, StringComparison.Ordinal);
        Assert.Contains("realm=\"" + server.Realm.OriginalString + "\"", server.Challenge("repository:a:pull"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_expires_according_to_the_injected_clock()
    {
        var clock = new FakeTimeProvider();
        await using var server = TokenServer.Start(WithAnn with { Lifetime = TimeSpan.FromSeconds(2), TimeProvider = clock });
        using var client = Http.NewClient();
        using var answer = await GetAsync(client, server, "repository:a:pull");
        var token = await FieldAsync(answer, "token");
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Token));
        Assert.Equal(2, document.RootElement.GetProperty("expires_in").GetInt32());
        clock.Advance(TimeSpan.FromSeconds(1.9));
        Assert.NotNull(server.Find(token));
        clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Null(server.Find(token));
    }

    [Fact]
    public async Task docker_registry_trusts_its_tokens()
    {
        await using var server = TokenServer.Start(WithAnn);
        await using var registry = await DockerRegistry.StartAsync(new DockerRegistryOptions { TokenAuthority = server.Authority }, Token);
        using var client = Http.NewClient();
        using (var challenge = await client.BeginUploadAsync(registry.Url, "team/app", Token))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, challenge.StatusCode);

            // The registry writes the actions in no certain order.
            Assert.Contains(
                challenge.Headers.NonValidated["WWW-Authenticate"].Single(),
                new[] { server.Challenge("repository:team/app:pull,push"), server.Challenge("repository:team/app:push,pull") });
        }

        using var anonymous = await GetAsync(client, server, "repository:team/app:pull,push");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await FieldAsync(anonymous, "token"));
        using (var refused = await client.BeginUploadAsync(registry.Url, "team/app", Token))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        }

        client.DefaultRequestHeaders.Authorization = Http.Basic("ann", "pass:word");
        using var answer = await GetAsync(client, server, "repository:team/app:pull,push");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await FieldAsync(answer, "token"));
        await client.PushImageAsync(registry.Url, "team/app", "1", [new byte[1000]], Token);
        Assert.Equal(3, registry.Blobs().Count);
    }

    private static Task<HttpResponseMessage> GetAsync(HttpClient client, TokenServer server, params string[] scopes)
    {
        var realm = server.Realm.OriginalString;
        var query = string.Concat(scopes.Select(scope => $"&scope={Uri.EscapeDataString(scope)}"));
        return client.GetAsync(new Uri(
            $"{realm}{(realm.Contains('?', StringComparison.Ordinal) ? '&' : '?')}service={server.Service}{query}"), Token);
    }

    private static async Task<string> FieldAsync(HttpResponseMessage answer, string name)
    {
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Token));
        return document.RootElement.GetProperty(name).GetString()!;
    }
}
