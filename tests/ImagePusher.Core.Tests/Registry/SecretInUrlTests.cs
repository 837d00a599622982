using System.Net;
using System.Text;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Registry;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>A server that puts the password or token it was sent into the URLs that it names.</summary>
public sealed class SecretInUrlTests
{
    private const string Password = "S3cret/pa+ss=w0rd";
    private const string Issued = "T0ken.of/this+session==";

    private static readonly string Sent = Convert.ToBase64String(Encoding.UTF8.GetBytes($"user:{Password}"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // All parts of a URL that can contain it, in each spelling.
    public static TheoryData<string> Urls { get; } = new(
        from secret in new[] { Password, Issued, Sent }
        from text in new[] { Escaped(secret), Escaped(secret).ToLowerInvariant(), secret, Base64Url(secret) }
        from url in new[] { $"http://10.0.0.7/{text}/blob", $"http://10.0.0.7/a?x={text}",
            $"http://user:{text.Replace('/', '_')}@10.0.0.7/blob" }
        select url);

    [Theory]
    [MemberData(nameof(Urls))]
    public Task In_a_rejected_redirect(string url) => SaysNothingAsync(
        exchange => RespondAsync(exchange, 307, "Location", url), repository => repository.ResolveAsync("1", Token));

    [Theory]
    [MemberData(nameof(Urls))]
    public Task In_the_rejected_Location_of_an_upload(string url) => SaysNothingAsync(
        exchange => RespondAsync(exchange, 202, "Location", url), repository => repository.WriteBlobAsync(MemoryBlob.Random(10), Token));

    [Theory]
    [MemberData(nameof(Urls))]
    public Task In_the_rejected_realm_of_a_token_server(string url) => SaysNothingAsync(
        exchange => RespondAsync(exchange, 401, "WWW-Authenticate", $"Bearer realm=\"{url}\",error=\"insufficient_scope\""),
        repository => repository.ResolveAsync("1", Token));

    [Theory]
    [InlineData("http://[10.0.0.7/")]
    [InlineData("mailto:")]
    [InlineData("http://user:secret@:x/")]
    public async Task In_a_text_that_is_not_a_URL(string start)
    {
        foreach (var secret in new[] { Password, Issued, Sent })
        {
            await SaysNothingAsync(exchange => RespondAsync(exchange, 307, "Location", start + secret),
                repository => repository.ResolveAsync("1", Token));
            await SaysNothingAsync(exchange => RespondAsync(exchange, 202, "Location", start + secret),
                repository => repository.WriteBlobAsync(MemoryBlob.Random(10), Token));
            await SaysNothingAsync(
                exchange => RespondAsync(exchange, 401, "WWW-Authenticate",
                    $"Bearer realm=\"{start}{secret}\",error=\"insufficient_scope\""),
                repository => repository.ResolveAsync("1", Token));
        }
    }

    [Theory]
    [InlineData(200, "no token")]
    [InlineData(403, "denied")]
    [InlineData(500, "failed")]
    public Task In_the_path_of_a_failing_token_server(int status, string body) => SaysNothingAsync(
        exchange => exchange.Target.Contains("/auth2/", StringComparison.Ordinal)
            ? exchange.RespondAsync(status, body)
            : RespondAsync(exchange, 401, "WWW-Authenticate",
                $"Bearer realm=\"http://tokens.example/auth2/{Escaped(Password)}/{Escaped(Issued)}\",error=\"insufficient_scope\""),
        repository => repository.ResolveAsync("1", Token));

    [Fact]
    public Task In_the_log_of_a_redirect_that_is_followed_to_an_error_that_repeats_it() => SaysNothingAsync(
        exchange => exchange.Target.Contains("storage.example", StringComparison.Ordinal)
            ? exchange.RespondAsync(400, $"no object {Issued} of {Password}", "text/plain")
            : RespondAsync(exchange, 307, "Location", $"http://storage.example/{Escaped(Issued)}/{Escaped(Password)}"),
        repository => repository.ResolveAsync("1", Token));

    [Theory]
    [InlineData("HTTP/1.1 2oo $\r\n\r\n")]
    [InlineData("$ 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n$ no header\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n$\r\n")]
    public async Task In_a_response_that_is_not_HTTP(string response)
    {
        foreach (var secret in new[] { Password, Issued, Sent })
        {
            await SaysNothingAsync(
                exchange => exchange.RespondRawAsync(response.Replace("$", secret, StringComparison.Ordinal)),
                repository => repository.ResolveAsync("1", Token));
        }
    }

    [Fact]
    public async Task The_number_of_repeated_warnings_is_limited()
    {
        var number = 0;
        await using var server = LoopbackServer.Start(exchange => RespondAsync(exchange, 404, "Warning", $"299 - \"number {number++}\""));
        await using var session = new RegistrySession();
        for (var count = 0; count < 100; count++)
        {
            await Record.ExceptionAsync(() => session.Repository(server.Address).ResolveAsync("1", Token));
        }

        Assert.InRange(session.Log.Warnings.Count, 1, 20);
    }

    // A registry on the internet, represented by a proxy: the token is the password, which the registry then also receives.
    private static async Task SaysNothingAsync(Func<ServerExchange, Task> respond, Func<RegistryRepository, Task> use)
    {
        await using var world = LoopbackServer.Start(exchange =>
            exchange.Target.StartsWith("http://tokens.example/auth?", StringComparison.Ordinal)
                ? exchange.RespondAsync(200, $$"""{"token":"{{Issued}}"}""")
            : exchange.Target.StartsWith("http://registry.example", StringComparison.Ordinal) && exchange.Header("Authorization") is null
                ? RespondAsync(exchange, 401, "WWW-Authenticate", "Bearer realm=\"http://tokens.example/auth\",service=\"test\"")
            : respond(exchange));
        await using var session = new RegistrySession(
            RegistrySession.Quick with { PlainHttp = true }, change: options => options with { Proxy = new WebProxy(world.Url) });
        var error = await Assert.ThrowsAnyAsync<RegistryException>(
            () => use(session.Repository("registry.example", credential: new RegistryCredential("user", Password), retries: 1)));
        var said = session.Log.Text + error + error.RecommendedAction;
        foreach (var secret in new[] { Password, Issued, Sent })
        {
            foreach (var text in new[] { secret, Escaped(secret), Base64Url(secret), secret.Replace('/', '_') })
            {
                Assert.DoesNotContain(text, said, StringComparison.OrdinalIgnoreCase);
            }
        }
    }

    private static string Escaped(string text) => Uri.EscapeDataString(text);

    private static string Base64Url(string text) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static Task RespondAsync(ServerExchange exchange, int status, string header, string value)
    {
        exchange.Add(header, value);
        return exchange.RespondAsync(status, "{}");
    }
}
