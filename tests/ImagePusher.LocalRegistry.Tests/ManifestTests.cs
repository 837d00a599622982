using System.Net;
using System.Security.Cryptography;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;

namespace ImagePusher.LocalRegistry.Tests;

public sealed class ManifestTests
{
    private static readonly byte[] Layer = Http.RandomBytes(10_000);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("1.0")]
    [InlineData("_x")]
    [InlineData(null)]
    public async Task A_manifest_is_returned_by_tag_and_digest_byte_for_byte(string? tag)
    {
        await using var registry = await RunningRegistry.StartAsync();
        var image = await registry.PushImageAsync(tag, layers: Layer);
        foreach (var reference in new[] { tag, image.Digest }.OfType<string>())
        {
            foreach (var method in new[] { "GET", "HEAD" })
            {
                var answer = (await registry.SendAsync(method, $"/v2/team/app/manifests/{reference}")).Is(HttpStatusCode.OK);
                Assert.Equal(method == "GET" ? image.Manifest : [], answer.Body);
                Assert.Equal((image.Digest, TestImage.ManifestType, $"{image.Manifest.Length}"),
                    (answer["Docker-Content-Digest"], answer["Content-Type"], answer["Content-Length"]));
            }
        }
    }

    [Fact]
    public async Task PUT_returns_location_and_digest_and_the_image_is_cached_under_localhost()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var image = await registry.PushImageAsync("1", layers: Layer);
        var done = (await registry.PutManifestAsync("2", image.Manifest)).Is(HttpStatusCode.Created);
        Assert.Equal(($"/v2/team/app/manifests/{image.Digest}", image.Digest), (done["Location"], done["Docker-Content-Digest"]));
        Assert.Null(done["OCI-Subject"]);
        Assert.Null(done["OCI-Tag"]);
        Assert.Equal(
            ["localhost/team/app:1", "localhost/team/app:2"],
            (await registry.Cache.ListAsync(Token)).Select(entry => entry.Name).Order(StringComparer.Ordinal));
        Assert.True((await registry.Cache.VerifyAsync((await registry.Cache.ListAsync(Token))[0], true, Token)).IsIntact);
    }

    [Fact]
    public async Task A_manifest_pushed_by_digest_survives_the_garbage_collection_until_an_index_refers_to_it()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var image = await registry.PushImageAsync(null, layers: Layer);
        var name = $"localhost/team/app@{image.Digest}";
        Assert.Equal([name], (await registry.Cache.ListAsync(Token)).Select(entry => entry.Name));
        await registry.Cache.CollectGarbageAsync(TimeSpan.FromDays(-1), cancellationToken: Token);
        (await registry.GetAsync($"/v2/team/app/manifests/{image.Digest}")).Is(HttpStatusCode.OK);

        var index = Documents.Index(Documents.Descriptor(TestImage.ManifestType, image.Manifest)).Bytes();
        (await registry.PutManifestAsync("all", index, MediaTypes.OciIndex)).Is(HttpStatusCode.Created);
        Assert.Equal(["localhost/team/app:all"], (await registry.Cache.ListAsync(Token)).Select(entry => entry.Name));
        await registry.Cache.CollectGarbageAsync(TimeSpan.FromDays(-1), cancellationToken: Token);
        (await registry.GetAsync($"/v2/team/app/manifests/{image.Digest}")).Is(HttpStatusCode.OK);

        // Pushing the child again adds no name.
        (await registry.PutManifestAsync(image.Digest, image.Manifest)).Is(HttpStatusCode.Created);
        Assert.Single(await registry.Cache.ListAsync(Token));
    }

    [Fact]
    public async Task Manifests_of_a_nested_index_are_found()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var image = await registry.PushImageAsync(null, layers: Layer);
        var inner = Documents.Index(Documents.Descriptor(TestImage.ManifestType, image.Manifest)).Bytes();
        (await registry.PutManifestAsync(Http.DigestOf(inner), inner, MediaTypes.OciIndex)).Is(HttpStatusCode.Created);
        var outer = Documents.Index(Documents.Descriptor(MediaTypes.OciIndex, inner)).Bytes();
        (await registry.PutManifestAsync("all", outer, MediaTypes.OciIndex)).Is(HttpStatusCode.Created);
        Assert.Equal(["localhost/team/app:all"], (await registry.Cache.ListAsync(Token)).Select(entry => entry.Name));
        Assert.Equal(MediaTypes.OciIndex,
            (await registry.GetAsync($"/v2/team/app/manifests/{Http.DigestOf(inner)}")).Is(HttpStatusCode.OK)["Content-Type"]);
        Assert.Equal(TestImage.ManifestType,
            (await registry.GetAsync($"/v2/team/app/manifests/{image.Digest}")).Is(HttpStatusCode.OK)["Content-Type"]);
    }

    [Theory]
    [InlineData("SHA256")]
    [InlineData("SHA512")]
    public async Task Tags_can_be_specified_with_a_push_by_digest(string algorithm)
    {
        await using var registry = await RunningRegistry.StartAsync();
        var image = await registry.PushImageAsync("1", layers: Layer);
        var digest = Documents.DigestOf(image.Manifest, new HashAlgorithmName(algorithm));
        var tags = Enumerable.Range(0, 12).Select(number => $"v{number}").ToList();
        var done = (await registry.PutManifestAsync($"{digest}?{string.Join('&', tags.Select(tag => $"tag={tag}"))}", image.Manifest)).Is(
            HttpStatusCode.Created);
        Assert.Equal(string.Join(", ", tags), done["OCI-Tag"]);
        foreach (var reference in tags.Append(digest))
        {
            var answer = (await registry.GetAsync($"/v2/team/app/manifests/{reference}")).Is(HttpStatusCode.OK);
            Assert.Equal(image.Manifest, answer.Body);
            Assert.Equal(digest, answer["Docker-Content-Digest"]);
        }

        (await registry.PutManifestAsync($"{digest}?tag=good&tag=..", image.Manifest)).IsError(HttpStatusCode.BadRequest, "TAG_INVALID");
        (await registry.GetAsync("/v2/team/app/manifests/good")).Is(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Sha512_is_supported_from_an_index_down_to_the_layers()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var sha512 = HashAlgorithmName.SHA512;
        foreach (var blob in new[] { Documents.EmptyJson, Layer })
        {
            (await registry.SendAsync("PUT", $"{await registry.StartUploadAsync()}?digest={Documents.DigestOf(blob, sha512)}", blob)).Is(
                HttpStatusCode.Created);
        }

        var manifest = Documents.Manifest(Documents.Descriptor(Documents.EmptyType, Documents.EmptyJson, sha512),
            Documents.Descriptor("application/x", Layer, sha512)).Bytes();
        (await registry.PutManifestAsync(Documents.DigestOf(manifest, sha512), manifest)).Is(HttpStatusCode.Created);
        var index = Documents.Index(Documents.Descriptor(MediaTypes.OciManifest, manifest, sha512)).Bytes();
        (await registry.PutManifestAsync(Documents.DigestOf(index, sha512), index, MediaTypes.OciIndex)).Is(HttpStatusCode.Created);

        var entry = Assert.Single(await registry.Cache.ListAsync(Token));
        Assert.Equal(Documents.DigestOf(index, sha512), entry.Digest.ToString());
        await registry.Cache.CollectGarbageAsync(TimeSpan.FromDays(-1), cancellationToken: Token);
        Assert.True((await registry.Cache.VerifyAsync(entry, true, Token)).IsIntact);
        Assert.Equal(manifest, (await registry.GetAsync($"/v2/team/app/manifests/{Documents.DigestOf(manifest, sha512)}")).Is(
            HttpStatusCode.OK).Body);
    }

    [Fact]
    public async Task Accept_is_ignored()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var image = await registry.PushImageAsync("1", layers: Layer);
        foreach (var accept in new[] { "*/*", TestImage.ManifestType, "application/vnd.docker.distribution.manifest.v2+json", "text/html" })
        {
            var answer = (await registry.GetAsync("/v2/team/app/manifests/1", ("Accept", accept))).Is(HttpStatusCode.OK);
            Assert.Equal((image.Digest, TestImage.ManifestType), (answer["Docker-Content-Digest"], answer["Content-Type"]));
        }

        (await registry.GetAsync("/v2/team/app/manifests/1", ("If-None-Match", $"\"{image.Digest}\""))).Is(HttpStatusCode.NotModified);
    }

    [Theory]
    [InlineData("application/vnd.docker.distribution.manifest.v2+json")]
    [InlineData("application/vnd.oci.image.manifest.v1+json")]
    public async Task The_pushed_media_type_is_returned(string type)
    {
        await using var registry = await RunningRegistry.StartAsync();
        await registry.PushBlobAsync(Documents.EmptyJson);
        var manifest = Documents.Manifest(Documents.Descriptor("application/vnd.docker.container.image.v1+json", Documents.EmptyJson));
        manifest.Remove("mediaType");
        (await registry.PutManifestAsync("1", manifest.Bytes(), type + "; charset=utf-8")).Is(HttpStatusCode.Created);
        Assert.Equal(type, (await registry.GetAsync("/v2/team/app/manifests/1")).Is(HttpStatusCode.OK)["Content-Type"]);
        manifest["mediaType"] = type;
        (await registry.PutManifestAsync("2", manifest.Bytes(), "application/octet-stream")).Is(HttpStatusCode.Created);
        Assert.Equal(type, (await registry.GetAsync("/v2/team/app/manifests/2")).Is(HttpStatusCode.OK)["Content-Type"]);
    }

    [Fact]
    public async Task A_manifest_of_nearly_4_MiB_is_accepted_and_a_larger_one_is_413()
    {
        await using var registry = await RunningRegistry.StartAsync();
        await registry.PushBlobAsync(Documents.EmptyJson);
        var manifest = Documents.Artifact("application/x", null, new string('A', 4_190_000)).Bytes();
        (await registry.PutManifestAsync("large", manifest)).Is(HttpStatusCode.Created);
        Assert.Equal(manifest, (await registry.GetAsync("/v2/team/app/manifests/large")).Body);

        var tooLarge = Documents.Artifact("application/x", null, new string('A', 4_200_000)).Bytes();
        (await registry.PutManifestAsync("larger", tooLarge)).IsError(HttpStatusCode.RequestEntityTooLarge, "SIZE_INVALID");
        using var request = new HttpRequestMessage(HttpMethod.Put,
            new Uri(registry.Root, "/v2/team/app/manifests/larger")) { Content = new StreamContent(new MemoryStream(tooLarge)) };
        request.Headers.TransferEncodingChunked = true;
        using var refused = await registry.Client.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
    }

    [Fact]
    public async Task Each_missing_blob_is_reported_as_MANIFEST_BLOB_UNKNOWN()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var image = TestImage.Of(Layer, Http.RandomBytes(5, 2));
        await registry.PushBlobAsync(Layer);
        var refused = (await registry.PutManifestAsync("1", image.Manifest)).IsError(HttpStatusCode.BadRequest, "MANIFEST_BLOB_UNKNOWN");
        Assert.Equal(
            new[] { Http.DigestOf(image.Config), Http.DigestOf(image.Layers[1]) },
            refused.Json.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("detail").GetString()));
        var index = Documents.Index(Documents.Descriptor(TestImage.ManifestType, image.Manifest)).Bytes();
        (await registry.PutManifestAsync("1", index, MediaTypes.OciIndex)).IsError(HttpStatusCode.BadRequest, "MANIFEST_BLOB_UNKNOWN");
        (await registry.GetAsync("/v2/team/app/manifests/1")).IsError(HttpStatusCode.NotFound, "MANIFEST_UNKNOWN");
    }

    [Fact]
    public async Task Foreign_layers_may_be_missing()
    {
        await using var registry = await RunningRegistry.StartAsync();
        await registry.PushBlobAsync(Documents.EmptyJson);
        var manifest = Documents.Manifest(
            Documents.Descriptor(MediaTypes.OciConfig, Documents.EmptyJson),
            Documents.Descriptor(MediaTypes.OciForeignLayerPrefix + "+gzip", Layer)).Bytes();
        (await registry.PutManifestAsync("1", manifest)).Is(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("", TestImage.ManifestType)]
    [InlineData("{", TestImage.ManifestType)]
    [InlineData("[]", TestImage.ManifestType)]
    [InlineData("{}", TestImage.ManifestType)]
    [InlineData("""{"schemaVersion":1,"fsLayers":[]}""", "application/vnd.docker.distribution.manifest.v1+json")]
    [InlineData("""{"schemaVersion":2,"manifests":[],"layers":[]}""", "application/vnd.oci.image.index.v1+json")]
    [InlineData("""{"schemaVersion":2,"manifests":[]}""", TestImage.ManifestType)]
    [InlineData("""{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.list.v2+json","manifests":[]}""",
        "application/vnd.oci.image.index.v1+json")]
    [InlineData("""{"schemaVersion":2,"config":{"digest":"nope","size":1},"layers":[]}""", TestImage.ManifestType)]
    [InlineData("""
        {"schemaVersion":2,"config":{"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":-1},
        "layers":[]}
        """, TestImage.ManifestType)]
    public async Task A_body_that_is_not_a_manifest_is_MANIFEST_INVALID(string body, string type)
    {
        await using var registry = await RunningRegistry.StartAsync();
        (await registry.PutManifestAsync("1", System.Text.Encoding.UTF8.GetBytes(body), type)).IsError(HttpStatusCode.BadRequest,
            "MANIFEST_INVALID");
        Assert.Empty(await registry.Cache.ListAsync(Token));
    }

    [Fact]
    public async Task A_wrong_or_malformed_digest_is_DIGEST_INVALID_and_a_malformed_tag_TAG_INVALID()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var image = await registry.PushImageAsync("1", layers: Layer);
        (await registry.PutManifestAsync(Http.DigestOf("other"u8), image.Manifest)).IsError(HttpStatusCode.BadRequest, "DIGEST_INVALID");
        (await registry.PutManifestAsync("sha256:baddigeststring", image.Manifest)).IsError(HttpStatusCode.BadRequest, "DIGEST_INVALID");
        (await registry.GetAsync("/v2/team/app/manifests/sha256:baddigeststring")).IsError(HttpStatusCode.BadRequest, "DIGEST_INVALID");
        (await registry.PutManifestAsync(".x", image.Manifest)).IsError(HttpStatusCode.BadRequest, "TAG_INVALID");
        (await registry.PutManifestAsync(new string('a', 129), image.Manifest)).IsError(HttpStatusCode.BadRequest, "TAG_INVALID");
        (await registry.PutManifestAsync(new string('a', 128), image.Manifest)).Is(HttpStatusCode.Created);

        // A reference that cannot be a tag is not found.
        (await registry.GetAsync("/v2/team/app/manifests/.x")).IsError(HttpStatusCode.NotFound, "MANIFEST_UNKNOWN");
        (await registry.SendAsync("HEAD", "/v2/team/app/manifests/.x")).Is(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_manifest_whose_file_is_damaged_or_missing_is_404()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var image = await registry.PushImageAsync("1", layers: Layer);
        var file = registry.Cache.Blobs.PathOf(Digest.Parse(image.Digest));
        await File.WriteAllBytesAsync(file, new byte[image.Manifest.Length], Token);
        (await registry.GetAsync("/v2/team/app/manifests/1")).IsError(HttpStatusCode.NotFound, "MANIFEST_UNKNOWN");
        Assert.Contains(registry.Log.Warnings, warning => warning.Contains(image.Digest, StringComparison.Ordinal));
        File.Delete(file);
        (await registry.GetAsync("/v2/team/app/manifests/1")).IsError(HttpStatusCode.NotFound, "MANIFEST_UNKNOWN");
    }
}
