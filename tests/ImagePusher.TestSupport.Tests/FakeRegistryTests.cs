using System.Net;
using System.Net.Http.Headers;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;
using Microsoft.Extensions.Time.Testing;

namespace ImagePusher.TestSupport.Tests;

public sealed class FakeRegistryTests
{
    private static readonly byte[] Blob = Http.RandomBytes(3_000_000);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_interrupted_upload_continues_at_the_offset_of_its_status()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        using var client = Http.NewClient();
        proxy.On("PATCH").CutUp(1_234_567);
        var upload = new PlainUpload(client, proxy.Url, "team/app", Token);
        await upload.BeginAsync();
        for (var (at, cuts) = (0, 0); at < Blob.Length; cuts++)
        {
            if (cuts < 2)
            {
                await Assert.ThrowsAsync<HttpRequestException>(() => upload.PatchAsync(Blob[at..], chunked: true));
                Assert.True(await upload.StatusAsync());
                Assert.Equal($"0-{(1_234_567 * (cuts + 1)) - 1}", upload.Ranges[^1]);
                at += 1_234_567;
            }
            else
            {
                Assert.True(await upload.PatchAsync(Blob[at..], $"{at}-{Blob.Length - 1}"));
                break;
            }
        }

        Assert.True(await upload.PutAsync([], Blob));
        Assert.Equal(Blob, registry.ReadBlob(Http.DigestOf(Blob)));
        Assert.Equal((Blob.Length, Blob.Length), (registry.BytesTaken, proxy.BytesUp()));
        Assert.Equal(0, registry.OpenUploads);
    }

    [Theory]
    [InlineData(AfterCut.KeepsBytes, 204, "0-2999")]
    [InlineData(AfterCut.KeepsFinishedChunks, 204, "0-999")]
    [InlineData(AfterCut.ForgetsSession, 404, "")]
    public async Task After_an_interruption_the_status_is_what_the_registry_kept(AfterCut afterCut, int status, string range)
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant with { AfterCut = afterCut });
        await using var proxy = FaultProxy.Start(registry.Address);
        using var client = Http.NewClient();
        proxy.On("PATCH").Skip(1).CutUp(2000);
        var upload = new PlainUpload(client, proxy.Url, "team/app", Token);
        await upload.BeginAsync();
        await upload.PatchAsync(Blob[..1000], "0-999");
        await Assert.ThrowsAsync<HttpRequestException>(() => upload.PatchAsync(Blob[1000..], $"1000-{Blob.Length - 1}"));
        await upload.StatusAsync();
        Assert.Equal((status, range), (upload.Statuses[^1], upload.Ranges[^1]));
    }

    [Fact]
    public async Task A_status_request_ends_a_request_with_a_stalled_connection()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        using var client = Http.NewClient();
        var stall = proxy.On("PATCH").StallUp(5000);
        var upload = new PlainUpload(client, proxy.Url, "team/app", Token);
        await upload.BeginAsync();
        var stuck = client.PatchAsync(upload.Location, new ByteArrayContent(Blob), Token);
        await stall.Reached.WaitAsync(Token);
        Assert.True(await upload.StatusAsync());
        Assert.Equal("0-4999", upload.Ranges[^1]);
        await Assert.ThrowsAsync<HttpRequestException>(() => stuck);
    }

    [Fact]
    public async Task An_old_Location_or_one_with_a_changed_query_is_rejected()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        using var client = Http.NewClient();
        var upload = new PlainUpload(client, registry.Url, "team/app", Token);
        await upload.BeginAsync();
        var old = upload.Location!;
        await upload.PatchAsync(Blob[..10]);
        Assert.NotEqual(old.OriginalString, upload.Location!.OriginalString);
        var rewritten = new Uri(upload.Location.OriginalString);
        Assert.NotEqual(upload.Location.PathAndQuery, rewritten.PathAndQuery);
        foreach (var wrong in new[] { old, rewritten })
        {
            using var answer = await client.PatchAsync(wrong, new ByteArrayContent(Blob), Token);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        Assert.True(await upload.PutAsync(Blob[10..], Blob));
    }

    [Fact]
    public async Task Wrong_digests_ranges_and_lengths_are_rejected()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        using var client = Http.NewClient();
        var upload = new PlainUpload(client, registry.Url, "team/app", Token);
        await upload.BeginAsync();
        Assert.False(await upload.PatchAsync(Blob[..10], "bytes 0-9/*"));
        Assert.False(await upload.PatchAsync(Blob[..10], "0-10"));
        Assert.False(await upload.PatchAsync(Blob[..10], "5-14"));
        Assert.False(await upload.PutAsync(Blob, [1]));
        Assert.Equal([202, 400, 400, 416, 400], upload.Statuses);
        Assert.Contains("DIGEST_INVALID", upload.LastBody, StringComparison.Ordinal);
        Assert.False(await upload.PutAsync(Blob, Blob));
        Assert.Equal(404, upload.Statuses[^1]);
        Assert.Empty(registry.BlobsOf("team/app"));
    }

    [Fact]
    public async Task An_upload_is_canceled_and_a_POST_without_slash_is_redirected()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        using var client = Http.NewClient();
        using var begun = await client.BeginUploadAsync(registry.Url, "a", Token);
        Assert.Equal(1, registry.OpenUploads);
        using var cancelled = await client.DeleteAsync(begun.ResolvedLocation(), Token);
        Assert.Equal((HttpStatusCode.NoContent, 0), (cancelled.StatusCode, registry.OpenUploads));
        using var moved = await client.PostAsync(new Uri(registry.Url, "v2/a/blobs/uploads"), null, Token);
        Assert.Equal((HttpStatusCode.MovedPermanently, "/v2/a/blobs/uploads/"), (moved.StatusCode, moved.Headers.Location!.OriginalString));
    }

    [Fact]
    public async Task A_blob_is_read_whole_and_by_ranges()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        using var client = Http.NewClient();
        var url = new Uri(registry.Url, $"v2/a/blobs/{await client.PushBlobAsync(registry.Url, "a", Blob, Token)}");
        Assert.Equal(Blob, await client.GetByteArrayAsync(url, Token));
        client.DefaultRequestHeaders.Range = new RangeHeaderValue(2_000_000, null);
        using (var rest = await client.GetAsync(url, Token))
        {
            Assert.Equal((HttpStatusCode.PartialContent, "bytes 2000000-2999999/3000000"),
                (rest.StatusCode, rest.Content.Headers.ContentRange!.ToString()));
            Assert.Equal(Blob[2_000_000..], await rest.Content.ReadAsByteArrayAsync(Token));
        }

        client.DefaultRequestHeaders.Range = new RangeHeaderValue(3_000_000, null);
        using var none = await client.GetAsync(url, Token);
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, none.StatusCode);
    }

    [Fact]
    public async Task A_manifest_requires_its_content_and_is_returned_unchanged()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant with { TakesManifestHead = false, SaysDigest = false });
        using var client = Http.NewClient();
        var image = TestImage.Of([Blob]);
        await Assert.ThrowsAsync<HttpRequestException>(
            () => client.PushManifestAsync(registry.Url, "a", "1", image.Manifest, TestImage.ManifestType, Token));
        var digest = await client.PushImageAsync(registry.Url, "a", "1", [Blob], Token);
        var index = System.Text.Encoding.UTF8.GetBytes($$"""{"manifests":[{"digest":"{{digest}}"},{"digest":"{{Http.DigestOf([])}}"}]}""");
        await Assert.ThrowsAsync<HttpRequestException>(
            () => client.PushManifestAsync(registry.Url, "a", "2", index, "application/vnd.oci.image.index.v1+json", Token));

        foreach (var reference in new[] { "1", digest })
        {
            using var answer = await client.GetAsync(new Uri(registry.Url, $"v2/a/manifests/{reference}"), Token);
            Assert.Equal(image.Manifest, await answer.Content.ReadAsByteArrayAsync(Token));
            Assert.Equal(TestImage.ManifestType, answer.Content.Headers.ContentType!.ToString());
            Assert.False(answer.Headers.Contains("Docker-Content-Digest"));
        }

        using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, new Uri(registry.Url, "v2/a/manifests/1")), Token);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, head.StatusCode);
        Assert.Equal("""{"name":"a","tags":["1"]}""", await client.GetStringAsync(new Uri(registry.Url, "v2/a/tags/list"), Token));
        Assert.Equal(digest, registry.ManifestOf("a", "1"));
    }

    [Fact]
    public async Task Basic_is_requested_and_verified()
    {
        await using var registry = FakeRegistry.Start(
            RegistryProfile.Conformant with { ChallengesPingAlone = true },
            new FakeRegistryOptions { Users = new Dictionary<string, string> { ["AWS"] = "secret" } });
        using var client = Http.NewClient();
        using var ping = await client.GetAsync(new Uri(registry.Url, "v2/"), Token);
        using var begun = await client.BeginUploadAsync(registry.Url, "a", Token);
        Assert.Equal((401, 401), ((int)ping.StatusCode, (int)begun.StatusCode));
        Assert.Equal((1, 0), (ping.Headers.WwwAuthenticate.Count, begun.Headers.WwwAuthenticate.Count));
        client.DefaultRequestHeaders.Authorization = Http.Basic("AWS", "secret");
        await client.PushBlobAsync(registry.Url, "a", Blob, Token);
    }

    [Fact]
    public async Task Bearer_tokens_are_checked_for_their_scope_and_their_age()
    {
        var clock = new FakeTimeProvider();
        await using var tokens = TokenServer.Start(
            new TokenServerOptions { Lifetime = TimeSpan.FromSeconds(2), TimeProvider = clock, Allows = (_, name, _) => name == "a" });
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant, new FakeRegistryOptions
        {
            TokenServer = tokens,
            BeforeRequest = request => clock.Advance(request.Method == "DELETE" ? TimeSpan.FromSeconds(2) : TimeSpan.Zero),
        });
        using var client = Http.NewClient();
        Assert.Equal((401, tokens.Challenge(null)), await AskAsync(client, HttpMethod.Get, registry, "v2/"));
        Assert.Equal((401, tokens.Challenge("repository:a:pull")), await AskAsync(client, HttpMethod.Head, registry, "v2/a/blobs/x"));
        await TakeTokenAsync(client, tokens, "repository:a:pull");
        Assert.Equal((404, ""), await AskAsync(client, HttpMethod.Head, registry, "v2/a/blobs/x"));
        Assert.Equal((401, tokens.Challenge("repository:a:pull,push", "insufficient_scope")),
            await AskAsync(client, HttpMethod.Post, registry, "v2/a/blobs/uploads/"));
        await TakeTokenAsync(client, tokens, "repository:a:pull,push");
        Assert.Equal((202, ""), await AskAsync(client, HttpMethod.Post, registry, "v2/a/blobs/uploads/"));
        Assert.Equal((401, tokens.Challenge("repository:a:delete", "invalid_token")),
            await AskAsync(client, HttpMethod.Delete, registry, "v2/a/manifests/1"));
        Assert.Equal(2, tokens.Issued.Count);
    }

    [Fact]
    public async Task skopeo_pushes_to_it_and_pulls_from_it()
    {
        ExternalTools.Require("skopeo");
        var images = await ImagesFixture.GetAsync(Token);
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant with { ComparesLocationBytes = false });
        using var folder = new TemporaryFolder();
        foreach (var (layout, name) in new[] { ("index", "multi"), ("oci", "app") })
        {
            var target = $"docker://{registry.Address}/team/{name}:1";
            await ExternalTools.RunAsync("skopeo",
                ["--insecure-policy", "copy", "--all", "--dest-tls-verify=false", $"oci:{images[layout]}:{name}", target], Token);
            await ExternalTools.RunAsync("skopeo",
                ["--insecure-policy", "copy", "--all", "--src-tls-verify=false", target, $"oci:{folder[name]}:{name}"], Token);
            Assert.NotNull(registry.ManifestOf($"team/{name}", "1"));
            Assert.NotEmpty(Directory.GetFiles(folder[name, "blobs", "sha256"]));
        }
    }

    private static async Task<(int Status, string Challenge)> AskAsync(HttpClient client, HttpMethod method, FakeRegistry registry,
        string path)
    {
        using var answer = await client.SendAsync(new HttpRequestMessage(method, new Uri(registry.Url, path)), Token);
        return ((int)answer.StatusCode, answer.Headers.NonValidated.TryGetValues("WWW-Authenticate", out var value) ? value.ToString()
            : "");
    }

    private static async Task TakeTokenAsync(HttpClient client, TokenServer tokens, string scope)
    {
        client.DefaultRequestHeaders.Authorization = null;
        await client.GetStringAsync(new Uri($"{tokens.Realm}?service={tokens.Service}&scope={scope}"), Token);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens.Issued[^1].Text);
    }
}
