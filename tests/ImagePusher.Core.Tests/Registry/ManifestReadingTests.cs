using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>Reading manifests: verification, media types, sizes, mirrors.</summary>
public sealed class ManifestReadingTests
{
    private static readonly TestImage Image = TestImage.Of(Http.RandomBytes(1000));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_four_manifest_types_are_requested()
    {
        string? accept = null;
        await using var server = Serve(exchange =>
        {
            accept = exchange.Header("Accept");
            return exchange.RespondAsync(200, Image.Manifest, TestImage.ManifestType);
        });
        await using var session = new RegistrySession();
        await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.All(MediaTypes.Manifests, type => Assert.Contains(type, accept!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Parameters_of_the_Content_Type_are_ignored()
    {
        await using var server = Serve(exchange => exchange.RespondAsync(200, Image.Manifest, TestImage.ManifestType + "; charset=utf-8"));
        await using var session = new RegistrySession();
        var manifest = await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.Equal(TestImage.ManifestType, manifest.MediaType);
        Assert.Equal(Image.Digest, manifest.Digest.ToString());
    }

    [Theory]
    [InlineData(MediaTypes.OciManifest, "config", MediaTypes.OciManifest)]
    [InlineData("application/json", "config", MediaTypes.OciManifest)]
    [InlineData("application/json", "manifests", MediaTypes.OciIndex)]
    [InlineData("text/plain", "docker", MediaTypes.DockerManifest)]
    public async Task The_kind_is_determined_by_Content_Type_then_field_then_structure(string contentType, string kind, string expected)
    {
        var text = kind switch
        {
            "manifests" => """{"schemaVersion":2,"manifests":[]}""",
            "docker" => System.Text.Encoding.UTF8.GetString(Image.Manifest).Replace(MediaTypes.OciManifest, MediaTypes.DockerManifest,
                StringComparison.Ordinal),
            _ => System.Text.Encoding.UTF8.GetString(Image.Manifest).Replace($"\"mediaType\":\"{MediaTypes.OciManifest}\",", "",
                StringComparison.Ordinal),
        };
        await using var server = Serve(exchange => exchange.RespondAsync(200, text, contentType));
        await using var session = new RegistrySession();
        Assert.Equal(expected, (await session.Repository(server.Address).ResolveAsync("1", Token)).MediaType);
    }

    [Fact]
    public async Task A_document_with_manifests_and_layers_is_rejected()
    {
        await using var server =
            Serve(exchange => exchange.RespondAsync(200, """{"schemaVersion":2,"manifests":[],"layers":[]}""", MediaTypes.OciIndex));
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(() => session.Repository(server.Address).ResolveAsync("1", Token));
        Assert.Contains("both 'manifests' and 'layers'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MediaTypes.DockerSchema1)]
    [InlineData(MediaTypes.DockerSchema1Signed)]
    public async Task A_schema_1_manifest_is_rejected_with_an_explanation(string type)
    {
        await using var server = Serve(exchange => exchange.RespondAsync(200, """{"schemaVersion":1,"fsLayers":[],"history":[]}""", type));
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(() => session.Repository(server.Address).ResolveAsync("1", Token));
        Assert.Contains("schema 1", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{server.Address}/team/app:1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_digest_header_is_optional_and_verified()
    {
        var told = (string?)null;
        await using var server = Serve(exchange =>
        {
            if (told is not null)
            {
                exchange.Add("Docker-Content-Digest", told);
            }

            return exchange.RespondAsync(200, Image.Manifest, TestImage.ManifestType);
        });
        await using var session = new RegistrySession();
        var repository = session.Repository(server.Address);
        Assert.Equal(Image.Digest, (await repository.ResolveAsync("1", Token)).Digest.ToString());
        told = Image.Digest;
        Assert.Equal(Image.Digest, (await repository.ResolveAsync("1", Token)).Digest.ToString());
        told = Http.DigestOf([1]);
        var error = await Assert.ThrowsAsync<DigestMismatchException>(() => repository.ResolveAsync("1", Token));
        Assert.Equal((told, Image.Digest), (error.Expected, error.Actual));
    }

    [Theory]
    [InlineData("sha256")]
    [InlineData("sha512")]
    public async Task A_pull_by_digest_is_verified(string algorithm)
    {
        var hash = algorithm == "sha512" ? System.Security.Cryptography.HashAlgorithmName.SHA512
            : System.Security.Cryptography.HashAlgorithmName.SHA256;
        var digest = Digest.Of(Image.Manifest, hash).ToString();
        var content = Image.Manifest;
        await using var server = Serve(exchange => exchange.RespondAsync(200, content, TestImage.ManifestType));
        await using var session = new RegistrySession();
        var repository = session.Repository(server.Address);
        Assert.Equal(Image.Manifest, (await repository.ResolveAsync(digest, Token)).Raw.ToArray());
        content = [.. Image.Manifest, (byte)'\n'];
        await Assert.ThrowsAsync<DigestMismatchException>(() => repository.ResolveAsync(digest, Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_manifest_of_more_than_4_MiB_is_rejected_without_reading_it(bool isLengthKnown)
    {
        await using var server = Serve(async exchange =>
        {
            if (isLengthKnown)
            {
                await exchange.BeginAsync(200, 5_000_000, TestImage.ManifestType);
            }
            else
            {
                exchange.Closes = true;
                await exchange.RespondAsync(200, new byte[5_000_000], TestImage.ManifestType);
            }

            exchange.Closes = true;
        });
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<LimitExceededException>(() => session.Repository(server.Address).ResolveAsync("1", Token));
        Assert.Contains("4194304", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(200)]
    public async Task A_failed_or_incomplete_HEAD_is_followed_by_GET(int status)
    {
        var methods = new List<string>();
        await using var server = Serve(exchange =>
        {
            methods.Add(exchange.Method);
            return exchange.Method == "HEAD" ? exchange.RespondAsync(status, "", "text/plain")
                : exchange.RespondAsync(200, Image.Manifest, TestImage.ManifestType);
        });
        await using var session = new RegistrySession();
        var descriptor = await session.Repository(server.Address).HeadAsync("1", Token);
        Assert.Equal(new Descriptor(TestImage.ManifestType, Digest.Parse(Image.Digest), Image.Manifest.Length), descriptor);
        Assert.Equal(["HEAD", "GET"], methods);
    }

    [Fact]
    public async Task A_complete_HEAD_is_the_only_request()
    {
        var methods = new List<string>();
        await using var server = Serve(exchange =>
        {
            methods.Add(exchange.Method);
            exchange.Add("Docker-Content-Digest", Image.Digest);
            return exchange.RespondAsync(200, Image.Manifest, TestImage.ManifestType);
        });
        await using var session = new RegistrySession();
        Assert.Equal(Image.Manifest.Length, (await session.Repository(server.Address).HeadAsync("1", Token))!.Size);
        Assert.Equal(["HEAD"], methods);
    }

    [Fact]
    public async Task A_missing_tag_is_ManifestNotFound_and_HEAD_returns_null()
    {
        await using var server =
            Serve(exchange => exchange.RespondAsync(404, """{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"""));
        await using var session = new RegistrySession();
        var repository = session.Repository(server.Address);
        Assert.Null(await repository.HeadAsync("1", Token));
        var error = await Assert.ThrowsAsync<ManifestNotFoundException>(() => repository.ResolveAsync("1", Token));
        Assert.Contains($"{server.Address}/team/app:1", error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.RecommendedAction);
    }

    [Fact]
    public async Task The_same_bytes_are_pushed()
    {
        byte[]? got = null;
        string? type = null;
        await using var server = Serve(async exchange =>
        {
            (got, type) = (await exchange.ReadAllAsync(), exchange.Header("Content-Type"));
            exchange.Add("Docker-Content-Digest", Http.DigestOf(got));
            await exchange.RespondAsync(201);
        });
        await using var session = new RegistrySession();
        byte[] raw = [.. Image.Manifest, (byte)' ', (byte)'\n'];
        var manifest = Manifest.Parse(raw, TestImage.ManifestType);
        await session.Repository(server.Address).PublishAsync(manifest, ImageReference.Parse($"{server.Address}/team/app:1"), null, Token);
        Assert.Equal(raw, got);
        Assert.Equal(TestImage.ManifestType, type);
    }

    [Fact]
    public async Task A_registry_that_stores_another_manifest_is_detected()
    {
        await using var server = Serve(async exchange =>
        {
            await exchange.ReadAllAsync();
            exchange.Add("Docker-Content-Digest", Http.DigestOf([1, 2, 3]));
            await exchange.RespondAsync(201);
        });
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(
            () => session.Repository(server.Address).PutManifestAsync(Manifest.Parse(Image.Manifest), Token));
        Assert.Contains("in place of", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unnamed_manifest_is_published_by_its_digest()
    {
        string? target = null;
        await using var server = Serve(async exchange =>
        {
            target = exchange.Target;
            await exchange.ReadAllAsync();
            await exchange.RespondAsync(201);
        });
        await using var session = new RegistrySession();
        var name = ImageReference.Parse($"{server.Address}/team/app:1").ByDigest();
        await session.Repository(server.Address).PublishAsync(Manifest.Parse(Image.Manifest), name, null, Token);
        Assert.Equal($"/v2/team/app/manifests/{Image.Digest}", target);
    }

    [Fact]
    public async Task A_config_of_more_than_8_MiB_is_rejected_without_reading_it()
    {
        var asked = 0;
        await using var server = Serve(exchange =>
        {
            asked++;
            return exchange.RespondAsync(200, "{}");
        });
        await using var session = new RegistrySession();
        var config = new Descriptor(MediaTypes.OciConfig, Digest.Of([1]), ImageConfig.MaximumSize + 1);
        var error = await Assert.ThrowsAsync<LimitExceededException>(
            () => ImagePusher.Core.IO.BlobReader.ReadAsync(session.Repository(server.Address), config, ImageConfig.MaximumSize, Token));
        Assert.Contains($"{config.Digest} of {server.Address}/team/app has 8388609 bytes", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, asked);
    }

    // Answers GET /v2/ itself, and leaves the rest to the handler.
    private static LoopbackServer Serve(Func<ServerExchange, Task> handler) => LoopbackServer.Start(
        exchange => exchange.Path == "/v2/" ? exchange.RespondAsync(200, "{}") : handler(exchange));
}
