using System.Text;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Sync;

/// <summary>Incorrect responses of a target do not cause Sync-RegistryImage -Prune to delete kept content.</summary>
public sealed class IncorrectTargetTests
{
    private const string Prune = "Sync-RegistryImage $file $to -Prune -Force -Confirm:$false";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("another type of an index that is kept", true)]
    [InlineData("another digest of a tag that is kept", false)]
    [InlineData("a list without the tags that were copied", false)]
    public async Task A_digest_that_a_kept_tag_needs_is_not_deleted(string lie, bool isIndex)
    {
        await using var mirror = await Mirror.StartAsync(["app:1.2"], ["app:1.0"], deletesTags: false, Token);
        using var engine = mirror.Engine("SOURCE: {images-by-semver: {app: ^1.2}}");
        await engine.OutputAsync("Sync-RegistryImage $file $to", Token);
        var digest = await DigestAsync(mirror.Target, "1.0");
        if (isIndex)
        {
            await PutIndexAsync(mirror.Target, digest, "own");
        }
        else
        {
            await engine.OutputAsync(
                lie.Contains("list", StringComparison.Ordinal)
                    ? "Copy-RegistryImage $to/app:1.2 -Destination $to/app:1.0 -Force"
                    : "Copy-RegistryImage $to/app:1.0 -Destination $to/app:own -Force", Token);
        }

        await using var proxy = FaultProxy.Start(mirror.Target);
        _ = lie switch
        {
            _ when isIndex => proxy.On("HEAD", "/manifests/own").SetResponseHeader("Content-Type", TestImage.ManifestType),
            "another digest of a tag that is kept" =>
                proxy.On("HEAD", "/manifests/own").SetResponseHeader("Docker-Content-Digest", $"sha256:{new string('a', 64)}"),
            _ => proxy.On("GET", "/tags/list").Respond(200).WithBody("""{"name":"app","tags":["1.0"]}"""),
        };
        engine["to"] = proxy.Address;
        var results = await engine.OutputAsync(Prune, Token);
        Assert.DoesNotContain(results, result => ((dynamic)result).State == "Removed");
        Assert.Empty(proxy.RequestsOf("DELETE", "sha256:"));
        Assert.Equal(await DigestAsync(mirror.Target, isIndex ? digest : lie.Contains("list", StringComparison.Ordinal) ? "1.2" : "own"),
            await DigestAsync(mirror.Target, isIndex ? digest : "1.0"));
    }

    [Theory]
    [InlineData(303, "here")]
    [InlineData(302, "elsewhere")]
    [InlineData(307, "elsewhere")]
    [InlineData(308, "elsewhere")]
    public async Task A_deletion_is_not_redirected_to_kept_content_or_to_another_host(int status, string where)
    {
        await using var mirror = await Mirror.StartAsync(["app:1.2"], ["app:1.0", "app:own"], deletesTags: true, Token);
        using var engine = mirror.Engine("SOURCE: {images-by-semver: {app: ^1.2}}");
        await engine.OutputAsync("Sync-RegistryImage $file $to", Token);
        var requests = 0;
        await using var other = LoopbackServer.Start(exchange =>
        {
            Interlocked.Increment(ref requests);
            return exchange.RespondAsync(202);
        });
        await using var proxy = FaultProxy.Start(mirror.Target);
        proxy.On("DELETE", "/manifests/1.0").Respond(status)
            .WithHeader("Location", (where == "here" ? "" : $"http://{other.Address}") + "/v2/app/manifests/own");
        engine["to"] = proxy.Address;
        var outcome = await engine.RunAsync(Prune, Token);
        outcome.SingleError().Is("RegistryProtocol");
        Assert.Equal(0, requests);
        Assert.Equal(["1.0", "1.2", "own"], await mirror.TagsAsync("app"));
    }

    private static async Task<string> DigestAsync(string registry, string name)
    {
        using var client = Http.NewClient();
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri($"http://{registry}/v2/app/manifests/{name}"));
        request.Headers.TryAddWithoutValidation("Accept", $"{TestImage.IndexType}, {TestImage.ManifestType}");
        using var answer = await client.SendAsync(request, Token);
        answer.EnsureSuccessStatusCode();
        return answer.Headers.GetValues("Docker-Content-Digest").Single();
    }

    private static async Task PutIndexAsync(string registry, string child, string tag)
    {
        using var client = Http.NewClient();
        using var asked = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://{registry}/v2/app/manifests/{child}"));
        asked.Headers.TryAddWithoutValidation("Accept", TestImage.ManifestType);
        using var answer = await client.SendAsync(asked, Token);
        var size = (await answer.Content.ReadAsByteArrayAsync(Token)).Length;
        var type = answer.Content.Headers.ContentType!.MediaType;
        using var index = new ByteArrayContent(Encoding.UTF8.GetBytes(
            $$$"""
                {"schemaVersion":2,"mediaType":"{{{TestImage.IndexType}}}","manifests":[{"mediaType":"{{{type}}}",
                "digest":"{{{child}}}","size":{{{size}}},"platform":{"os":"linux","architecture":"amd64"}}]}
                """));
        index.Headers.TryAddWithoutValidation("Content-Type", TestImage.IndexType);
        using var stored = await client.PutAsync(new Uri($"http://{registry}/v2/app/manifests/{tag}"), index, Token);
        stored.EnsureSuccessStatusCode();
    }
}
