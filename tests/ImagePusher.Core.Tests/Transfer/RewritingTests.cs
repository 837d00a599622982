using System.Text;
using System.Text.Json;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Tests.Transfer;

/// <summary>Rewriting changes only the fields that must change.</summary>
public sealed class RewritingTests : TransferTest
{
    private const string Extra =
        "\"artifactType\":\"application/vnd.example+type\",\"annotations\":{\"a\":\"b\"},\"custom\":{\"x\":[1, 2]}";

    [Fact]
    public async Task An_index_of_fewer_platforms_keeps_every_other_field()
    {
        var subject = Json(Image("subject").Descriptor);
        var (amd, windows, arm) = (Image("amd"), Image("windows", "windows/amd64"), Image("arm", "linux/arm64"));
        var index = Index(
            $"{Extra},\"subject\":{subject}",
            Json(amd.Descriptor, "\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"},\"custom\":\"kept\",\"data\":\"e30=\""),
            Json(windows.Descriptor,
                "\"platform\":{\"os\":\"windows\",\"architecture\":\"amd64\",\"os.version\":\"10.0.1\",\"os.features\":[\"win32k\"]}"),
            Json(arm.Descriptor, "\"platform\":{\"os\":\"linux\",\"architecture\":\"arm64\",\"variant\":\"v8\",\"features\":[\"sse4\"]}"));
        var json = CopiedJson(await CopyAsync(index, "linux/amd64", "windows/amd64"));
        Assert.All(
            ["win32k", "vnd.example+type", "\"a\":\"b\"", "\"x\":[1, 2]", $"\"subject\":{subject}", "\"custom\":\"kept\"",
                "\"data\":\"e30=\""],
            field => Assert.Contains(field, json, StringComparison.Ordinal));
        Assert.DoesNotContain("sse4", json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_whose_layers_are_compressed_keeps_every_other_field()
    {
        var subject = Json(Image("subject").Descriptor);
        var image = Image("uncompressed", layerType: MediaTypes.OciLayer, fields: $"{Extra},\"subject\":{subject}");
        var result = await CopyAsync(image, new CopyOptions { Compression = LayerCompression.Gzip });
        var json = CopiedJson(result);
        Assert.All(
            ["vnd.example+type", "\"a\":\"b\"", "\"x\":[1, 2]", $"\"subject\":{subject}", "\"annotations\":{\"l\":\"1\"}"],
            field => Assert.Contains(field, json, StringComparison.Ordinal));
        Assert.Equal(MediaTypes.OciLayerGzip, Assert.Single(((ImageManifest)Copied(result)).Layers).MediaType);
        Assert.Equal(image.Config, ((ImageManifest)Copied(result)).Config);
    }

    [Fact]
    public async Task An_index_whose_images_are_compressed_keeps_the_fields_of_its_entries()
    {
        var (amd, arm) = (Image("amd", layerType: MediaTypes.OciLayer), Image("arm", "linux/arm64"));
        var attestation = Image("attestation", layerType: "application/vnd.in-toto+json");
        var index = Index(
            Extra,
            Json(amd.Descriptor, "\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\",\"os.features\":[\"f\"]},"
                + "\"data\":\"e30=\",\"custom\":\"kept\""),
            Json(arm.Descriptor, "\"platform\":{\"os\":\"linux\",\"architecture\":\"arm64\"}"),
            Json(attestation.Descriptor,
                $"\"annotations\":{{\"{AnnotationKeys.DockerReferenceType}\":\"attestation-manifest\",\""
                    + $"{AnnotationKeys.DockerReferenceDigest}\":\"{amd.Digest}\",\"other\":\"kept too\"}}"));
        var result = await CopyAsync(index, new CopyOptions { Compression = LayerCompression.Gzip });
        var (json, copied) = (CopiedJson(result), Assert.IsType<ImageIndex>(Copied(result)));
        Assert.All(["os.features", "\"custom\":\"kept\"", "kept too", "vnd.example+type"],
            field => Assert.Contains(field, json, StringComparison.Ordinal));

        // Embedded content of another digest would be wrong.
        Assert.DoesNotContain("e30=", json, StringComparison.Ordinal);
        Assert.Equal(copied.Manifests[0].Digest, copied.Manifests[2].AttestedDigest);
        Assert.NotEqual(amd.Digest, copied.Manifests[0].Digest);
        Assert.Equal(index.Manifests[1], copied.Manifests[1]);
    }

    [Fact]
    public async Task Bytes_that_are_not_Unicode_survive_rewriting()
    {
        var text = Encoding.UTF8.GetString(Image("uncompressed", layerType: MediaTypes.OciLayer).Raw.Span);
        byte[] strange = [.. ",\"annotations\":{\"a\":\""u8, 0xE9, .. "\\ud800\"}}"u8];
        var image = Source.Add(Manifest.Parse([.. Encoding.UTF8.GetBytes(text[..^1]), .. strange], MediaTypes.OciManifest));
        var copied = Copied(await CopyAsync(image, new CopyOptions { Compression = LayerCompression.Zstd }));
        Assert.True(copied.Raw.Span.IndexOf(strange) > 0);
    }

    [Fact]
    public async Task Converted_to_docker_a_manifest_has_only_fields_that_docker_supports()
    {
        var image = Image("uncompressed", layerType: MediaTypes.OciLayer, fields: Extra);
        Source.Rewritable.Add(image.Digest);
        var result = await CopyAsync(image, new CopyOptions { ManifestFormat = ManifestFormat.Docker });
        using var json = JsonDocument.Parse(Copied(result).Raw);
        Assert.Equal(["schemaVersion", "mediaType", "config", "layers", "custom"],
            json.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal(MediaTypes.DockerLayerGzip, Assert.Single(((ImageManifest)Copied(result)).Layers).MediaType);
    }

    [Fact]
    public async Task Layers_of_an_unknown_type_cannot_be_decompressed_and_are_named()
    {
        var config = Source.Add(
            Encoding.UTF8.GetBytes($$"""
                {"architecture":"amd64","os":"linux","rootfs":{"type":"layers",
                "diff_ids":["{{Digest.Of("x"u8)}}"]} }
                """), MediaTypes.OciConfig);
        var image = Source.Add(ImageManifest.Create(MediaTypes.OciManifest, config,
            [Source.Add("x"u8.ToArray(), "application/vnd.example.layer+xz")]));
        var error = await Assert.ThrowsAsync<UnsupportedContentException>(() => CopyAsync(image, new CopyOptions { DecodeLayers = true }));
        Assert.Contains("application/vnd.example.layer+xz", error.Message, StringComparison.Ordinal);
        Assert.Equal(image.Digest, (await CopyAsync(image)).Manifest.Digest);
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("[]")]
    [InlineData("""{"rootfs":{"diff_ids":["sha256:1"]}}""")]
    public async Task A_config_that_cannot_be_read_is_UnsupportedContent_where_it_is_needed(string config)
    {
        var image = Source.Add(ImageManifest.Create(
            MediaTypes.OciManifest, Source.Add(Encoding.UTF8.GetBytes(config), MediaTypes.OciConfig),
            [Source.Add("x"u8.ToArray(), MediaTypes.OciLayerGzip)]));
        await Assert.ThrowsAsync<UnsupportedContentException>(() => CopyAsync(image, "linux/amd64"));
        await Assert.ThrowsAsync<UnsupportedContentException>(() => CopyAsync(image, new CopyOptions { DecodeLayers = true }));
        Assert.Equal(image.Digest, (await CopyAsync(image)).Manifest.Digest);
    }
}
