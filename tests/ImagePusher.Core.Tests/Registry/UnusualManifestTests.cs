using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>Responses for manifests that contradict themselves, and servers that accept everything and store nothing.</summary>
public sealed class UnusualManifestTests
{
    private const string DockerType = "application/vnd.docker.distribution.manifest.v2+json";

    private static readonly TestImage Image = TestImage.Of(Http.RandomBytes(1000));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(TestImage.IndexType, false)]
    [InlineData("application/vnd.docker.distribution.manifest.list.v2+json", false)]
    [InlineData(TestImage.ManifestType, true)]
    [InlineData(DockerType, true)]
    public async Task A_media_type_that_contradicts_the_content_is_an_error_that_names_both(string mediaType, bool isIndex)
    {
        var body = isIndex ? TestImage.IndexOf(Image, Image) : Image.Manifest;
        await using var server = Serve(exchange => exchange.RespondAsync(200, body, mediaType));
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(() => session.Repository(server.Address).ResolveAsync("1", Token));
        Assert.Contains($"names it {mediaType}, but its content is {(isIndex ? TestImage.IndexType : TestImage.ManifestType)}",
            error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_with_its_own_media_type_keeps_it()
    {
        await using var server = Serve(exchange => exchange.RespondAsync(200, Image.Manifest, DockerType));
        await using var session = new RegistrySession();
        Assert.Equal(TestImage.ManifestType, (await session.Repository(server.Address).ResolveAsync("1", Token)).MediaType);
    }

    [Theory]
    [InlineData(TestImage.ManifestType)]
    [InlineData("application/json")]
    [InlineData("text/html")]
    public async Task An_empty_body_with_200_is_an_error(string mediaType)
    {
        await using var server = Serve(exchange =>
        {
            exchange.Add("Content-Type", mediaType);
            return exchange.RespondAsync(200);
        });
        await using var session = new RegistrySession();
        foreach (var name in new[] { "1", Image.Digest })
        {
            var error = await Assert.ThrowsAsync<RegistryProtocolException>(
                () => session.Repository(server.Address).ResolveAsync(name, Token));
            Assert.Contains("responded with 200 and an empty body", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Welcome", "text that is not a manifest, 'Welcome'")]
    [InlineData("<html><title>Sign in</title></html>", "a web page, 'Sign in'")]
    [InlineData("""<Error><Code>AccessDenied</Code></Error>""", "a web page")]
    [InlineData("""{"errors":[{"code":"MANIFEST_UNKNOWN","message":"no such tag"}]}""", "the error MANIFEST_UNKNOWN no such tag")]
    public async Task Content_with_200_in_place_of_a_manifest_is_described(string body, string expected)
    {
        await using var server = Serve(exchange => exchange.RespondAsync(200, body, "application/json"));
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(() => session.Repository(server.Address).ResolveAsync("1", Token));
        Assert.Contains($"responded with {expected}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(202)]
    [InlineData(204)]
    public async Task Another_status_than_201_is_success_only_if_the_manifest_is_stored(int status)
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        var repository = session.Repository(proxy.Address);
        await repository.WriteBlobAsync(new MemoryBlob(Image.Config), Token);
        await repository.WriteBlobAsync(new MemoryBlob(Image.Layers[0]), Token);
        proxy.On("PUT", "manifests").SetStatus(status);
        await repository.PutManifestAsync(Manifest.Parse(Image.Manifest), Token);

        await using var server = Serve(exchange => exchange.RespondAsync(exchange.Method == "PUT" ? status : 404));
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(
            () => session.Repository(server.Address).PutManifestAsync(Manifest.Parse(Image.Manifest), Token));
        Assert.Contains($"responded with {status} instead of 201", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html><title>Welcome</title></html>", "text/html")]
    [InlineData("{}", "application/json")]
    [InlineData("", "text/plain")]
    public async Task A_server_that_responds_with_200_to_everything_fails_a_push(string body, string mediaType)
    {
        await using var server = LoopbackServer.Start(exchange => exchange.RespondAsync(200, body, mediaType));
        await using var session = new RegistrySession();
        var repository = session.Repository(server.Address);
        var layer = MemoryBlob.Random(1000);
        Assert.False(await repository.HasBlobAsync(layer.Descriptor, Token));
        await Assert.ThrowsAsync<RegistryProtocolException>(() => repository.WriteBlobAsync(layer, Token));
        await Assert.ThrowsAsync<RegistryProtocolException>(() => repository.PutManifestAsync(Manifest.Parse(Image.Manifest), Token));
    }

    [Fact]
    public async Task A_manifest_read_by_sha512_keeps_that_digest()
    {
        var digest = Digest.Of(Image.Manifest, System.Security.Cryptography.HashAlgorithmName.SHA512);
        var targets = new List<string>();
        await using var server = Serve(exchange =>
        {
            targets.Add($"{exchange.Method} {exchange.Path}");
            return exchange.Method == "PUT" ? exchange.RespondAsync(201)
                : exchange.RespondAsync(200, Image.Manifest, TestImage.ManifestType);
        });
        await using var session = new RegistrySession();
        var repository = session.Repository(server.Address);
        var manifest = await repository.GetManifestAsync(new Descriptor(TestImage.ManifestType, digest, Image.Manifest.Length), Token);
        Assert.Equal(digest, manifest.Digest);
        await repository.PutManifestAsync(manifest, Token);
        Assert.Equal($"PUT /v2/team/app/manifests/{digest}", targets[^1]);
    }

    [Fact]
    public async Task A_registry_that_renames_a_sha512_digest_fails_the_push()
    {
        var manifest = Manifest.Parse(Image.Manifest, null, System.Security.Cryptography.HashAlgorithmName.SHA512);
        await using var server = Serve(exchange =>
        {
            exchange.Add("Docker-Content-Digest", Image.Digest);
            return exchange.RespondAsync(exchange.Method == "PUT" ? 201 : 404);
        });
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<UnsupportedContentException>(
            () => session.Repository(server.Address).PutManifestAsync(manifest, Token));
        Assert.Contains(Image.Digest, error.Message, StringComparison.Ordinal);
    }

    private static LoopbackServer Serve(Func<ServerExchange, Task> handler) => LoopbackServer.Start(
        exchange => exchange.Path == "/v2/" ? exchange.RespondAsync(200, "{}") : handler(exchange));
}
