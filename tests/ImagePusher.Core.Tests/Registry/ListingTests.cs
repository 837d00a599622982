using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>Listing tags, repositories and referrers; deletion, warnings and pull limits.</summary>
public sealed class ListingTests
{
    private static readonly TestImage Image = TestImage.Of(Http.RandomBytes(1000));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"tags":["\ud800"]}""")]
    [InlineData("""{"tags":7}""")]
    [InlineData("[]")]
    [InlineData("<html>")]
    public async Task An_unusual_list_is_empty_or_an_error(string body)
    {
        await using var server = LoopbackServer.Start(exchange => exchange.RespondAsync(200, body));
        await using var session = new RegistrySession();
        try
        {
            Assert.Empty(await session.Repository(server.Address).GetTagsAsync(Token).ToListAsync(Token));
        }
        catch (RegistryProtocolException error)
        {
            Assert.Contains("not a list", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Tags_are_paged_by_Link_relative_or_absolute()
    {
        var targets = new List<string>();
        string? root = null;
        await using var server = LoopbackServer.Start(exchange =>
        {
            targets.Add(exchange.Target);
            switch (exchange.Target)
            {
                case "/v2/team/app/tags/list":
                    exchange.Add("Link", "</v2/team/app/tags/list?last=b&n=2>; rel=\"next\"");
                    return exchange.RespondAsync(200, """{"name":"team/app","tags":["a","b"]}""");
                case "/v2/team/app/tags/list?last=b&n=2":
                    exchange.Add("Link", $"<{root}v2/team/app/tags/list?last=c%2Bd&n=2>; rel=next");
                    return exchange.RespondAsync(200, """{"name":"team/app","tags":["c"]}""");
                case "/v2/team/app/tags/list?last=c%2Bd&n=2":
                    return exchange.RespondAsync(200, """{"name":"team/app","tags":null}""");
                default:
                    return exchange.RespondAsync(exchange.Path == "/v2/" ? 200 : 404);
            }
        });
        root = server.Url.AbsoluteUri;
        await using var session = new RegistrySession();
        Assert.Equal(["a", "b", "c"], await session.Repository(server.Address).GetTagsAsync(Token).ToListAsync(Token));
        Assert.Equal(4, targets.Count);
    }

    [Fact]
    public async Task Tags_are_requested_as_they_are_needed()
    {
        var pages = 0;
        await using var server = Serve(exchange =>
        {
            pages++;
            exchange.Add("Link", $"</v2/team/app/tags/list?n=1&last={pages}>; rel=\"next\"");
            return exchange.RespondAsync(200, $$"""{"tags":["{{pages}}"]}""");
        });
        await using var session = new RegistrySession();
        Assert.Equal(["1", "2"], await session.Repository(server.Address).GetTagsAsync(Token).Take(2).ToListAsync(Token));
        Assert.Equal(2, pages);
    }

    [Fact]
    public async Task The_catalog_is_read()
    {
        await using var server = Serve(exchange => exchange.RespondAsync(200, """{"repositories":["a","b/c"]}"""));
        await using var session = new RegistrySession();
        Assert.Equal(["a", "b/c"], await session.Client.GetRepositoriesAsync(server.Address, cancellationToken: Token).ToListAsync(Token));
    }

    [Fact]
    public async Task Referrers_are_read_from_the_API()
    {
        var entry = new Descriptor(MediaTypes.OciManifest, Digest.Of([1]), 1) { ArtifactType = "a/sbom" };
        var other = new Descriptor(MediaTypes.OciManifest, Digest.Of([2]), 1) { ArtifactType = "a/signature" };
        var index = ImageIndex.Create(MediaTypes.OciIndex, [entry, other]);
        await using var server = Serve(exchange => exchange.RespondAsync(200, index.Raw.ToArray(), MediaTypes.OciIndex));
        await using var session = new RegistrySession();
        var repository = session.Repository(server.Address);
        Assert.Equal([entry, other], await repository.GetReferrersAsync(Digest.Parse(Image.Digest), null, Token));

        // A registry that does not filter leaves it to the client.
        Assert.Equal([entry], await repository.GetReferrersAsync(Digest.Parse(Image.Digest), "a/sbom", Token));
    }

    [Fact]
    public async Task Without_the_API_referrers_are_read_from_the_tag()
    {
        var entry = new Descriptor(MediaTypes.OciManifest, Digest.Of([1]), 1) { ArtifactType = "a/sbom" };
        var index = ImageIndex.Create(MediaTypes.OciIndex, [entry]);
        var subject = Digest.Parse(Image.Digest);
        await using var server = Serve(exchange => exchange.Path == $"/v2/team/app/manifests/sha256-{subject.Encoded}"
            ? exchange.RespondAsync(200, index.Raw.ToArray(), MediaTypes.OciIndex)
            : exchange.RespondAsync(404, "404 page not found", "text/plain"));
        await using var session = new RegistrySession();
        Assert.Equal([entry], await session.Repository(server.Address).GetReferrersAsync(subject, null, Token));
        Assert.Empty(await session.Repository(server.Address).GetReferrersAsync(Digest.Of([7]), null, Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_OCI_Subject_the_client_maintains_the_list(bool keepsList)
    {
        var puts = new List<(string Target, byte[] Body)>();
        await using var server = Serve(async exchange =>
        {
            if (exchange.Method != "PUT")
            {
                await exchange.RespondAsync(404);
                return;
            }

            puts.Add((exchange.Path, await exchange.ReadAllAsync()));
            if (keepsList)
            {
                exchange.Add("OCI-Subject", Image.Digest);
            }

            await exchange.RespondAsync(201);
        });
        await using var session = new RegistrySession();
        var subject = $$$""","artifactType":"a/signature","subject":"""
            + $$$"""{"mediaType":"{{{TestImage.ManifestType}}}","digest":"{{{Image.Digest}}}","size":{{{Image.Manifest.Length}}}},"""
            + """ "annotations":{"k":"v"}}""";
        var text = System.Text.Encoding.UTF8.GetString(Image.Manifest)[..^1] + subject;
        var manifest = Manifest.Parse(System.Text.Encoding.UTF8.GetBytes(text));
        await session.Repository(server.Address).PutManifestAsync(manifest, Token);
        Assert.Equal(keepsList ? 1 : 2, puts.Count);
        if (!keepsList)
        {
            Assert.Equal($"/v2/team/app/manifests/{Image.Digest.Replace(':', '-')}", puts[1].Target);
            var entry = Assert.Single(((ImageIndex)Manifest.Parse(puts[1].Body)).Manifests);
            Assert.Equal(("a/signature", "v", manifest.Digest), (entry.ArtifactType, entry.Annotations["k"], entry.Digest));
        }
    }

    [Theory]
    [InlineData(405)]
    [InlineData(400)]
    public async Task A_rejected_deletion_reports_that_it_is_not_allowed(int status)
    {
        await using var server = Serve(
            exchange => exchange.RespondAsync(status, """{"errors":[{"code":"UNSUPPORTED","message":"The operation is unsupported."}]}"""));
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(
            () => session.Repository(server.Address).DeleteManifestAsync(Digest.Of([1]), Token));
        Assert.Equal("UNSUPPORTED", error.ErrorCode);
        Assert.Contains("does not allow this operation", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deletion_is_accepted_with_202()
    {
        var requests = new List<string>();
        await using var server = Serve(exchange =>
        {
            requests.Add($"{exchange.Method} {exchange.Path}");
            return exchange.RespondAsync(exchange.Method == "DELETE" ? 202 : 404);
        });
        await using var session = new RegistrySession();
        await session.Repository(server.Address).DeleteManifestAsync(Digest.Of([1]), Token);
        Assert.Equal($"DELETE /v2/team/app/manifests/{Digest.Of([1])}", requests[^1]);
    }

    [Fact]
    public async Task A_warning_is_shown_once_in_a_session()
    {
        await using var server = Serve(exchange =>
        {
            exchange.Add("Warning", "299 - \"this tag goes away \\\"soon\\\"\"");
            return exchange.RespondAsync(200, Image.Manifest, TestImage.ManifestType);
        });
        await using var session = new RegistrySession();
        await session.Repository(server.Address).ResolveAsync("1", Token);
        await session.Repository(server.Address, "other/app").ResolveAsync("1", Token);
        Assert.Equal([$"Warning of {server.Address}: this tag goes away \"soon\""], session.Log.Warnings);
    }

    [Fact]
    public async Task The_pull_limit_is_requested_by_HEAD()
    {
        var methods = new List<string>();
        await using var server = Serve(exchange =>
        {
            methods.Add(exchange.Method);
            exchange.Add("ratelimit-limit", "100;w=21600");
            exchange.Add("ratelimit-remaining", "76;w=21600");
            exchange.Add("docker-ratelimit-source", "192.0.2.1");
            return exchange.RespondAsync(200, "", TestImage.ManifestType);
        });
        await using var session = new RegistrySession();
        Assert.Equal(new RateLimit(100, 76, TimeSpan.FromHours(6), "192.0.2.1"),
            await session.Repository(server.Address).GetRateLimitAsync("latest", Token));
        Assert.Equal(["HEAD"], methods);
    }

    [Fact]
    public async Task A_registry_without_a_limit_returns_none()
    {
        await using var server = Serve(exchange => exchange.RespondAsync(404));
        await using var session = new RegistrySession();
        Assert.Null(await session.Repository(server.Address).GetRateLimitAsync("latest", Token));
    }

    // Answers GET /v2/ itself, and leaves the rest to the handler.
    private static LoopbackServer Serve(Func<ServerExchange, Task> handler) => LoopbackServer.Start(
        exchange => exchange.Path == "/v2/" ? exchange.RespondAsync(200, "{}") : handler(exchange));
}
