using System.Security.Cryptography;
using System.Text;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Tests.Oci;

public sealed class ManifestParsingTests
{
    private static readonly string One = Digest.Of("one"u8).ToString();
    private static readonly string Two = Digest.Of("two"u8).ToString();

    [Fact]
    public void An_index_lists_entries_of_any_media_type()
    {
        var index = Index(
            $$"""{"mediaType":"{{MediaTypes.OciManifest}}","digest":"{{One}}","size":3}""",
            $$"""{"mediaType":"application/xml","digest":"{{Two}}","size":3,"annotations":{"a":"b"} }""",
            $$"""{"mediaType":"{{MediaTypes.OciLayerGzip}}","digest":"{{Two}}","size":3}""",
            $$"""{"digest":"{{One}}","size":3}""");
        Assert.Equal([true, false, false, true], index.Manifests.Select(entry => entry.IsManifest));
    }

    [Theory]
    [InlineData("annotations", """{"good":"yes","bad":"BAD"}""")]
    [InlineData("annotations", """{"BAD":"x","good":"yes"}""")]
    [InlineData("platform", """{"os":"BAD","architecture":"amd64"}""")]
    [InlineData("urls", """["BAD","https://example.com/"]""")]
    [InlineData("artifactType", "\"BAD\"")]
    [InlineData("custom", "\"BAD\"")]
    public void Text_that_is_not_Unicode_in_fields_that_are_not_needed_does_not_matter(string field, string value)
    {
        foreach (var bad in new[] { """\ud800""", """\udc00x""", "\u0001" })
        {
            var text = $$"""
                {"schemaVersion":2,"{{field}}":{{value}},"manifests":[{"mediaType":"{{MediaTypes.OciManifest}}","digest":"{{One}}",
                "size":3,"{{field}}":{{value}} }]}
                """;
            var raw = Encoding.UTF8.GetBytes(text.Replace("BAD", bad, StringComparison.Ordinal));

            // Latin-1: a byte that is not UTF-8.
            raw.AsSpan().Replace((byte)1, (byte)0xE9);
            var index = Assert.IsType<ImageIndex>(Manifest.Parse(raw, MediaTypes.OciIndex));
            Assert.Equal(raw, index.Raw.ToArray());
            Assert.Equal(field == "annotations" ? "yes" : null, Assert.Single(index.Manifests).Annotations.GetValueOrDefault("good"));
        }
    }

    [Fact]
    public void A_config_with_labels_that_are_not_Unicode_is_read()
    {
        const string Json = """
            {"architecture":"amd64","os":"linux","config":{"Labels":{"a":"\ud800~"}},
            "rootfs":{"type":"layers","diff_ids":["DIGEST"]}}
            """;
        var raw = Encoding.UTF8.GetBytes(Json.Replace("DIGEST", One, StringComparison.Ordinal));

        // Latin-1: a byte that is not UTF-8.
        raw.AsSpan().Replace((byte)'~', (byte)0xFC);
        Assert.Equal(One, Assert.Single(ImageConfig.Parse(raw).DiffIds).ToString());
    }

    [Fact]
    public void A_manifest_known_by_sha512_keeps_that_digest()
    {
        var raw = Encoding.UTF8.GetBytes("""{"schemaVersion":2,"manifests":[]}""");
        Assert.Equal(Digest.Of(raw, HashAlgorithmName.SHA512), Manifest.Parse(raw, MediaTypes.OciIndex, HashAlgorithmName.SHA512).Digest);
    }

    [Theory]
    [InlineData("{\"a\":\n  x}", "line 2, column 3")]
    [InlineData("{", "line 1, column 2")]
    [InlineData("[1", "line 1, column 3")]
    public void A_JSON_error_states_line_and_column(string json, string position) => Assert.Contains(
        position, Assert.Throws<FormatException>(() => Manifest.Parse(Encoding.UTF8.GetBytes(json))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("blake3:00", "blake3")]
    [InlineData("sha384:" + "00", "sha384")]
    [InlineData("md5+b64u:AAAA=", "md5+b64u")]
    public void A_digest_of_another_algorithm_is_named(string digest, string algorithm) => Assert.Contains(
        $"algorithm '{algorithm}'",
        Assert.Throws<UnsupportedAlgorithmException>(
            () => Index($$"""{"mediaType":"text/plain","digest":"{{digest}}","size":3}""")).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("application/vnd.docker.image.rootfs.foreign.diff.tar")]
    [InlineData("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip")]
    [InlineData("application/vnd.docker.image.rootfs.foreign.diff.tar.zstd")]
    [InlineData("application/vnd.oci.image.layer.nondistributable.v1.tar")]
    [InlineData("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip")]
    [InlineData("application/vnd.oci.image.layer.nondistributable.v1.tar+zstd")]
    public void Foreign_layers_of_every_type_are_content_of_the_registry_only_without_URLs(string mediaType)
    {
        var config = new Descriptor(MediaTypes.OciConfig, Digest.Of("config"u8), 6);
        var layer = new Descriptor(mediaType, Digest.Of("one"u8), 3);
        Assert.Equal([config, layer], ImageManifest.Create(MediaTypes.OciManifest, config, [layer]).References);
        var external = layer with { Urls = ["https://example.com/layer"] };
        Assert.Equal([config], ImageManifest.Create(MediaTypes.OciManifest, config, [external]).References);
    }

    private static ImageIndex Index(params string[] entries) =>
        (ImageIndex)Manifest.Parse(Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"manifests":[{{string.Join(',', entries)}}]}"""),
            MediaTypes.OciIndex);
}
