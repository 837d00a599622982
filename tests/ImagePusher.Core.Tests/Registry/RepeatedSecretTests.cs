using System.Net;
using System.Text;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>A server that repeats the password in a successful response: in a body, a header, an entry of a list.</summary>
public sealed class RepeatedSecretTests
{
    private const string Password = "s3cret-pass";

    private static readonly string Sent = Convert.ToBase64String(Encoding.UTF8.GetBytes($"user:{Password}"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Bodies { get; } = new(
        from text in new[] { Password, Sent, Uri.EscapeDataString(Password) }
        from body in new[]
        {
            "the password $ is wrong", "<html><title>$</title></html>", """{"errors":[{"code":"$","message":"$"}]}""",
            """{"errors":[{"code":"X","message":"\u0024$"}]}""",
        }
        select (text, body));

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task In_the_body_of_a_manifest(string secret, string body)
    {
        await using var server =
            Serve(exchange => exchange.RespondAsync(200, body.Replace("$", secret, StringComparison.Ordinal), "text/plain"));
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAnyAsync<RegistryException>(() => Repository(session, server).ResolveAsync("1", Token));
        AssertHidden(session, error);
        Assert.Contains("***", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Password)]
    [InlineData("tag " + Password)]
    public async Task In_the_entries_of_a_list(string entry)
    {
        await using var server = Serve(exchange => exchange.RespondAsync(200, $$"""{"tags":["a","{{entry}} {{Sent}}"]}"""));
        await using var session = new RegistrySession();
        await foreach (var tag in Repository(session, server).GetTagsAsync(Token))
        {
            Assert.Equal("a", tag);
        }

        Assert.Contains("***", Assert.Single(session.Log.Warnings), StringComparison.Ordinal);
        AssertHidden(session);
    }

    [Theory]
    [InlineData("Link", "<" + Password)]
    [InlineData("Warning", "299 - \"" + Password + " is old\"")]
    public async Task In_a_header_that_is_shown(string name, string value)
    {
        await using var server = Serve(exchange =>
        {
            exchange.Add(name, value);
            return exchange.RespondAsync(200, """{"tags":["a"]}""");
        });
        await using var session = new RegistrySession();
        await foreach (var _ in Repository(session, server).GetTagsAsync(Token))
        {
        }

        Assert.Contains("***", Assert.Single(session.Log.Warnings), StringComparison.Ordinal);
        AssertHidden(session);
    }

    [Fact]
    public async Task In_the_Location_of_an_upload()
    {
        await using var server = Serve(exchange =>
        {
            exchange.Add("Location", $"http://[{Password}");
            return exchange.RespondAsync(202);
        });
        await using var session = new RegistrySession();
        AssertHidden(
            session, await Assert.ThrowsAnyAsync<RegistryException>(
                () => Repository(session, server).WriteBlobAsync(MemoryBlob.Random(10), Token)));
    }

    [Fact]
    public async Task As_the_digest_of_a_stored_manifest()
    {
        await using var server = Serve(exchange =>
        {
            exchange.Add("Docker-Content-Digest", $"{Password}:00");
            return exchange.RespondAsync(exchange.Method == "PUT" ? 201 : 404);
        });
        await using var session = new RegistrySession();
        var manifest = Manifest.Parse(TestImage.Of([1]).Manifest);
        var error = await Record.ExceptionAsync(() => Repository(session, server).PublishAsync(
            manifest, ImageReference.Parse($"{server.Address}/team/app:1"), null, Token));
        AssertHidden(session, error);
    }

    private static RegistryRepository Repository(RegistrySession session, LoopbackServer server) =>
        session.Repository(server.Address, credential: new RegistryCredential("user", Password));

    // Basic, so that the password itself is sent.
    private static LoopbackServer Serve(Func<ServerExchange, Task> handler) => LoopbackServer.Start(exchange =>
    {
        if (exchange.Header("Authorization") is not null)
        {
            return exchange.Path == "/v2/" ? exchange.RespondAsync(200, "{}") : handler(exchange);
        }

        exchange.Add("WWW-Authenticate", "Basic realm=\"test\"");
        return exchange.RespondAsync((int)HttpStatusCode.Unauthorized, "{}");
    });

    private static void AssertHidden(RegistrySession session, Exception? error = null)
    {
        var shown = session.Log.Text + error;
        Assert.DoesNotContain(Password, shown, StringComparison.Ordinal);
        Assert.DoesNotContain(Sent, shown, StringComparison.Ordinal);
    }
}
