using System.Net;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>Facts measured with docker-registry 2.8.2, and pushes to it: open, with htpasswd, with tokens.</summary>
public sealed class RegistryInteroperabilityTests
{
    private static readonly RegistryCredential Ann = new("ann", "pa:ss wörd");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static IReadOnlyDictionary<string, string> Users => new Dictionary<string, string> { [Ann.UserName] = Ann.Secret };

    [Theory]
    [InlineData(UploadForm.Auto)]
    [InlineData(UploadForm.Stream)]
    [InlineData(UploadForm.Monolithic)]
    [InlineData(UploadForm.Chunked)]
    public async Task Every_form_is_accepted(UploadForm form)
    {
        await using var registry = await DockerRegistry.StartAsync(Token);
        await using var session = new RegistrySession(RegistrySession.Quick with { UploadForm = form, ChunkSize = 700_000 });
        var blob = MemoryBlob.Random(3_000_000);
        await session.Repository(registry.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(blob.Content, await File.ReadAllBytesAsync(registry.Blobs()[blob.TrueDigest.ToString()].FullName, Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_image_makes_the_round_trip(bool relative)
    {
        await using var registry = await DockerRegistry.StartAsync(new DockerRegistryOptions { RelativeLocations = relative }, Token);
        await using var session = new RegistrySession();
        await RoundTripAsync(session, registry.Address, null);
    }

    [Fact]
    public async Task htpasswd_lets_the_right_password_in_and_no_other()
    {
        await using var registry = await DockerRegistry.StartAsync(new DockerRegistryOptions { Users = Users }, Token);
        await using var session = new RegistrySession();
        await RoundTripAsync(session, registry.Address, Ann);
        var wrong = await Assert.ThrowsAsync<RegistryUnauthorizedException>(
            () => session.Repository(registry.Address, credential: Ann with { Secret = "wrong" }).ResolveAsync("1", Token));
        Assert.Contains("user 'ann'", wrong.Message, StringComparison.Ordinal);
        var none = await Assert.ThrowsAsync<RegistryUnauthorizedException>(
            () => session.Repository(registry.Address).ResolveAsync("1", Token));
        Assert.Contains("Sign in to", none.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_are_requested_for_the_required_scopes()
    {
        await using var tokens = TokenServer.Start(new TokenServerOptions { Users = Users });
        await using var registry = await DockerRegistry.StartAsync(new DockerRegistryOptions { TokenAuthority = tokens.Authority }, Token);
        await using var session = new RegistrySession();
        await RoundTripAsync(session, registry.Address, Ann);
        await session.Repository(registry.Address).ResolveAsync("1", Token);
        Assert.Contains(tokens.Requests, request => request.User is null);
        var denied = await Assert.ThrowsAnyAsync<RegistryException>(
            () => session.Repository(registry.Address).WriteBlobAsync(MemoryBlob.Random(10, 9), Token));
        Assert.True(denied is RegistryUnauthorizedException or RegistryDeniedException, denied.ToString());
    }

    [Fact]
    public async Task A_blob_is_mounted_with_a_token_for_both_repositories()
    {
        await using var tokens = TokenServer.Start(new TokenServerOptions { Users = Users });
        await using var registry = await DockerRegistry.StartAsync(new DockerRegistryOptions { TokenAuthority = tokens.Authority }, Token);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(100_000);
        await session.Repository(registry.Address, "one/app", Ann).WriteBlobAsync(blob, Token);
        Assert.True(await session.Repository(registry.Address, "two/app", Ann).TryMountAsync(blob.Descriptor, Token));
        Assert.True(await session.Repository(registry.Address, "two/app", Ann).HasBlobAsync(blob.Descriptor, Token));
    }

    [Fact]
    public async Task After_an_interrupted_PATCH_the_blob_is_sent_again_in_chunks()
    {
        await using var registry = await DockerRegistry.StartAsync(Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH").Take(1).CutUp(4_000_000);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(9_000_000);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(2, proxy.Count("POST"));
        Assert.Contains(proxy.RequestsOf("GET", "uploads"), request => request.Status == 404);
        Assert.All(proxy.RequestsOf("PATCH").Skip(1), request => Assert.NotNull(request.Header("Content-Range")));
        Assert.Equal(blob.Content.Length, registry.Blobs()[blob.TrueDigest.ToString()].Length);
    }

    [Theory]
    [InlineData(UploadForm.Stream)]
    [InlineData(UploadForm.Monolithic)]
    public async Task An_immediate_rejection_of_a_large_body_is_a_response_and_not_a_reset(UploadForm form)
    {
        ExternalTools.Require("nginx");
        await using var registry = await DockerRegistry.StartAsync(Token);
        await using var nginx = await Nginx.StartAsync(registry.Address, new NginxOptions(), Token);
        await using var session = new RegistrySession(RegistrySession.Quick with { UploadForm = form });
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(
            () => session.Repository(nginx.Address).WriteBlobAsync(MemoryBlob.Random(60_000_000), Token));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, error.StatusCode);
        Assert.Contains("a web page, '413 Request Entity Too Large'", error.Message, StringComparison.Ordinal);
        Assert.Contains("chunk size", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_only_registry_reports_it()
    {
        await using var registry = await DockerRegistry.StartAsync(new DockerRegistryOptions { ReadOnly = true }, Token);
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(
            () => session.Repository(registry.Address).WriteBlobAsync(MemoryBlob.Random(10), Token));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, error.StatusCode);
        Assert.Contains("does not allow this operation", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_index_that_references_a_missing_manifest_is_MANIFEST_BLOB_UNKNOWN()
    {
        await using var registry = await DockerRegistry.StartAsync(Token);
        await using var session = new RegistrySession();
        var index = ImageIndex.Create(MediaTypes.OciIndex, [new Descriptor(MediaTypes.OciManifest, Digest.Of([1]), 1)]);
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(
            () => session.Repository(registry.Address).PutManifestAsync(index, Token));
        Assert.Equal("MANIFEST_BLOB_UNKNOWN", error.ErrorCode);
    }

    [Fact]
    public async Task Tags_repositories_deletion_and_referrers_work()
    {
        await using var registry = await DockerRegistry.StartAsync(Token);
        await using var session = new RegistrySession();
        var manifest = await RoundTripAsync(session, registry.Address, null);
        var repository = session.Repository(registry.Address);
        foreach (var tag in new[] { "2", "3" })
        {
            await repository.PublishAsync(manifest, ImageReference.Create(registry.Address, "team/app", tag), null, Token);
        }

        Assert.Equal(["team/app"],
            await session.Client.GetRepositoriesAsync(registry.Address, cancellationToken: Token).ToListAsync(Token));
        Assert.Equal(["1", "2", "3"], (await repository.GetTagsAsync(Token).ToListAsync(Token)).Order());
        await Assert.ThrowsAsync<ManifestNotFoundException>(
            async () => await session.Repository(registry.Address, "no/such").GetTagsAsync(Token).ToListAsync(Token));

        // docker-registry has no referrers API; the tag replaces it.
        var artifact = Manifest.Parse(
            System.Text.Encoding.UTF8.GetBytes(
                $$$"""
                    {"schemaVersion":2,"mediaType":"{{{MediaTypes.OciManifest}}}","artifactType":"a/sbom",
                    "config":{"mediaType":"{{{((ImageManifest)manifest).Config.MediaType}}}",
                    "digest":"{{{((ImageManifest)manifest).Config.Digest}}}","size":{{{((ImageManifest)manifest).Config.Size}}}},
                    "layers":[],"subject":{"mediaType":"{{{manifest.MediaType}}}","digest":"{{{manifest.Digest}}}",
                    "size":{{{manifest.Descriptor.Size}}}}}
                    """));
        Assert.Empty(await repository.GetReferrersAsync(manifest.Digest, null, Token));
        await repository.PutManifestAsync(artifact, Token);
        Assert.Equal([artifact.Digest],
            (await repository.GetReferrersAsync(manifest.Digest, "a/sbom", Token)).Select(entry => entry.Digest));

        await repository.DeleteTagAsync("2", Token);
        Assert.Null(await repository.HeadAsync("2", Token));
        Assert.Equal(manifest.Digest, (await repository.ResolveAsync("3", Token)).Digest);
        await repository.DeleteManifestAsync(manifest.Digest, Token);
        Assert.Null(await repository.HeadAsync("3", Token));
        await Assert.ThrowsAsync<ManifestNotFoundException>(() => repository.DeleteManifestAsync(manifest.Digest, Token));
        await Assert.ThrowsAsync<ManifestNotFoundException>(() => repository.DeleteTagAsync("2", Token));
    }

    [Fact]
    public async Task skopeo_reads_what_was_pushed()
    {
        ExternalTools.Require("skopeo");
        await using var registry = await DockerRegistry.StartAsync(Token);
        await using var session = new RegistrySession();
        var manifest = await RoundTripAsync(session, registry.Address, null);
        var raw = await ExternalTools.RunAsync("skopeo",
            ["inspect", "--raw", "--tls-verify=false", $"docker://{registry.Address}/team/app:1"], Token);
        Assert.Equal(manifest.Digest, Digest.Of(System.Text.Encoding.UTF8.GetBytes(raw.Output.TrimEnd('\n'))));
        using var folder = new TemporaryFolder();
        await ExternalTools.RunAsync("skopeo", ["--insecure-policy", "copy", "--src-tls-verify=false",
            $"docker://{registry.Address}/team/app:1", $"dir:{folder["back"]}"], Token);
    }

    [Fact]
    public async Task No_secret_is_shown_or_written_during_a_push()
    {
        using var folder = new TemporaryFolder();
        await using var tokens = TokenServer.Start(new TokenServerOptions { Users = Users });
        await using var registry = await DockerRegistry.StartAsync(new DockerRegistryOptions { TokenAuthority = tokens.Authority }, Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH").Take(1).CutUp(100_000);
        proxy.On("GET", "manifests").Take(1).Respond(500);
        var journal = new MemoryJournal();
        await using var session = new RegistrySession(journal: journal, change: options => options with { SpoolFolder = folder.FullName });
        await RoundTripAsync(session, proxy.Address, Ann);
        await Assert.ThrowsAnyAsync<ImagePusherException>(
            () => session.Repository(proxy.Address, credential: Ann with { Secret = "wr0ng-secret" }).ResolveAsync("nothing", Token));
        var states = proxy.RequestsOf("PATCH|PUT").Select(request => request.Query.Split('&')[0]).Where(query => query.Length > 20);
        string[] secrets = [Ann.Secret, Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{Ann.UserName}:{Ann.Secret}")),
            "wr0ng-secret", .. tokens.Issued.Select(token => token.Text), .. states];
        Assert.True(secrets.Length > 4);
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, session.Log.Text, StringComparison.Ordinal));
        Assert.All(Directory.EnumerateFiles(folder.FullName), file => Assert.Fail(file));
    }

    private static async Task<Manifest> RoundTripAsync(RegistrySession session, string address, RegistryCredential? credential)
    {
        var repository = session.Repository(address, credential: credential);
        var config = new MemoryBlob("""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}"""u8.ToArray());
        var layer = MemoryBlob.Random(3_000_000);
        var streamed = MemoryBlob.Random(2_000_000, 2, isKnown: false);
        await Task.WhenAll(new[] { config, layer, streamed }.Select(blob => repository.WriteBlobAsync(blob, Token)));
        var manifest = ImageManifest.Create(MediaTypes.OciManifest, config.Descriptor with { MediaType = MediaTypes.OciConfig },
            [layer.Descriptor, streamed.Descriptor]);
        var name = ImageReference.Create(address, "team/app", "1");
        Assert.Null(await repository.FindPublishedAsync(name, Token));
        await repository.PublishAsync(manifest, name, null, Token);
        Assert.Equal(manifest.Digest, await repository.FindPublishedAsync(name, Token));
        Assert.Equal(manifest.Raw.ToArray(), (await repository.ResolveAsync("1", Token)).Raw.ToArray());
        await using var stream =
            new VerifyingStream(await repository.OpenBlobAsync(layer.Descriptor, 0, Token), layer.Descriptor, "the layer");
        await stream.CopyToAsync(Stream.Null, Token);
        return manifest;
    }
}
