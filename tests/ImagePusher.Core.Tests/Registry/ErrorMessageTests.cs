using System.Net;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>The errors of rejected requests: message, code, recommended action.</summary>
public sealed class ErrorMessageTests
{
    private static readonly TestImage Image = TestImage.Of(Http.RandomBytes(1000));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("MANIFEST_BLOB_UNKNOWN", "Push again")]
    [InlineData("MANIFEST_INVALID", "manifest format")]
    [InlineData("NAME_UNKNOWN", "created before the first push")]
    [InlineData("NAME_INVALID", "repository name")]
    public async Task The_code_and_message_of_the_registry_and_a_recommended_action_are_reported(string code, string recommendedAction)
    {
        await using var server = Serve(async exchange =>
        {
            await exchange.ReadAllAsync();
            await exchange.RespondAsync(400,
                """{"errors":[{"code":"CODE","message":"what the registry says","detail":{"message":"more"}}]}""".Replace("CODE", code,
                    StringComparison.Ordinal));
        });
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(
            () => session.Repository(server.Address).PutManifestAsync(Manifest.Parse(Image.Manifest), Token));
        Assert.Equal((code, HttpStatusCode.BadRequest), (error.ErrorCode, error.StatusCode));
        Assert.Contains($"400 {code}: what the registry says (more)", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{server.Address}/team/app@{Image.Digest}", error.Message, StringComparison.Ordinal);
        Assert.Contains(recommendedAction, error.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(502)]
    [InlineData(400)]
    public async Task A_web_page_is_summarized_and_never_shown(int status)
    {
        var page = $"<!DOCTYPE html><html><head><title>Sign in\n to Example</title></head><body>{new string('x', 100_000)}</body></html>";
        await using var server = Serve(exchange => exchange.RespondAsync(status, page, "text/html"));
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAnyAsync<RegistryException>(
            () => session.Repository(server.Address, retries: 0).ResolveAsync("1", Token));
        Assert.Contains("a web page, 'Sign in to Example'", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 1, 500);
    }

    [Theory]
    [InlineData("""{"errors":[{"code":"\ud800","message":"\udfff"}]}""")]
    [InlineData("""{"errors":[{"code":7,"message":[],"detail":{"message":8}}]}""")]
    [InlineData("""{"errors":[[]]}""")]
    [InlineData("""{"errors":{},"message":{}}""")]
    [InlineData("[[[")]
    [InlineData("\u0000\u0001\u001b[31m")]
    public async Task The_status_is_reported_for_an_unusual_error_body(string body)
    {
        await using var server =
            LoopbackServer.Start(exchange => exchange.Path == "/v2/" ? exchange.RespondAsync(200) : exchange.RespondAsync(409, body));
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(() => session.Repository(server.Address).ResolveAsync("1", Token));
        Assert.Contains($"{server.Address} responded with 409", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    [Theory]
    [InlineData(410, "410 Gone")]
    [InlineData(307, "307 Temporary Redirect")]
    [InlineData(419, "419")]
    [InlineData(999, "999")]
    public async Task A_status_is_shown_once_with_its_standard_phrase(int status, string shown)
    {
        await using var server = LoopbackServer.Start(exchange => exchange.RespondAsync(exchange.Path == "/v2/" ? 200 : status));
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAnyAsync<RegistryException>(() => session.Repository(server.Address).ResolveAsync("1", Token));
        Assert.Contains(shown, error.Message, StringComparison.Ordinal);
        Assert.Equal(2, error.Message.Replace(server.Address, "", StringComparison.Ordinal).Split(shown[..3]).Length);
        Assert.DoesNotContain("KeepVerb", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endless_error_body_is_read_to_64_KiB_only()
    {
        var sent = 0L;
        await using var server = Serve(async exchange =>
        {
            await exchange.BeginAsync(400, 1L << 40, "text/plain");
            exchange.Closes = true;
            try
            {
                while (true)
                {
                    await exchange.WriteAsync(System.Text.Encoding.ASCII.GetBytes(new string('y', 65536)));
                    sent += 65536;
                }
            }
            catch (IOException)
            {
                // The client has left.
            }
        });
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(() => session.Repository(server.Address).ResolveAsync("1", Token));
        Assert.InRange(error.Message.Length, 1, 600);
    }

    // Answers GET /v2/ itself, and leaves the rest to the handler.
    private static LoopbackServer Serve(Func<ServerExchange, Task> handler) => LoopbackServer.Start(
        exchange => exchange.Path == "/v2/" ? exchange.RespondAsync(200, "{}") : handler(exchange));
}
