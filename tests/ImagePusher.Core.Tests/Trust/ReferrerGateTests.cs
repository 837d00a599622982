using System.Text;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Tests.Trust;

/// <summary>Referrers of an accepted image that are copied although the policy does not accept them as images.</summary>
public sealed class ReferrerGateTests : TrustTest
{
    private static readonly CopyOptions WithReferrers = new() { IncludeReferrers = true };

    // Rows: the media type of the config and of the layer. Docker reads the first five as images, whatever type their layers have.
    [Theory]
    [InlineData(MediaTypes.OciConfig, "application/vnd.evil+json")]
    [InlineData(MediaTypes.DockerConfig, "text/plain")]
    [InlineData("application/json", "application/x-anything")]
    [InlineData("text/html", "application/x-anything")]
    [InlineData("application/octet-stream", "application/spdx+json")]
    [InlineData("application/vnd.wasm.config.v0+json", "application/vnd.wasm.content.layer.v1+wasm")]
    [InlineData("application/vnd.docker.plugin.v1+json", MediaTypes.DockerLayerGzip)]
    [InlineData("application/vnd.any.config", "application/vnd.any.tar+gzip+xml")]
    public async Task An_image_is_not_copied_as_a_referrer_regardless_of_its_media_types(string config, string layer)
    {
        foreach (var content in new[] { Gzip, Zstd, Xz, Bzip2, Tar('a'), Tar('\0'), TarWithoutNul() })
        {
            var image = Image(Guid.NewGuid().ToString());
            Sign(image, App.ToString(), Signer);
            var evil = Refer(image, config, (content, layer));

            await CopyUnderPolicyAsync(image, Requires(Signer), WithReferrers);

            Assert.DoesNotContain(evil.Digest, Target.Manifests.Keys);
        }
    }

    [Theory]
    [InlineData(MediaTypes.OciConfig)]
    [InlineData(MediaTypes.DockerConfig)]
    [InlineData("application/json")]
    public async Task An_image_without_layers_is_not_copied_as_a_referrer(string config)
    {
        var image = Image("layer");
        Sign(image, App.ToString(), Signer);
        var evil = Refer(image, config);

        await CopyUnderPolicyAsync(image, Requires(Signer), WithReferrers);

        Assert.DoesNotContain(evil.Digest, Target.Manifests.Keys);
    }

    [Theory]
    [InlineData(MediaTypes.OciConfig, "application/vnd.dsse.envelope.v1+json", "{\"payloadType\":\"x\"}")]
    [InlineData(MediaTypes.OciEmpty, "application/spdx+json", "[]")]
    [InlineData("application/vnd.syft.config", "application/vnd.cyclonedx+xml", "<?xml version=\"1.0\"?><bom/>")]
    [InlineData(MediaTypes.OciConfig, "text/spdx", "SPDXVersion: SPDX-2.3")]
    [InlineData(MediaTypes.OciEmpty, "application/jose+json", "{}")]
    public async Task An_unsigned_document_is_copied(string config, string layer, string text)
    {
        var image = Image("layer");
        Sign(image, App.ToString(), Signer);
        var document = Refer(image, config, (Encoding.UTF8.GetBytes(text), layer));

        await CopyUnderPolicyAsync(image, Requires(Signer), WithReferrers);

        Assert.Contains(document.Digest, Target.Manifests.Keys);
        Assert.Empty(Log.Warnings);
    }

    [Fact]
    public async Task A_source_that_returns_a_document_first_and_an_image_later_is_an_error()
    {
        var image = Image("layer");
        Sign(image, App.ToString(), Signer);
        var evil = Refer(image, MediaTypes.OciConfig, (Gzip, "application/vnd.evil+json"));
        var layer = ((ImageManifest)evil).Layers[0];
        Source.Blobs[layer.Digest] = Encoding.UTF8.GetBytes("{}".PadRight((int)layer.Size));

        await Assert.ThrowsAsync<DigestMismatchException>(() => CopyUnderPolicyAsync(image, Requires(Signer), WithReferrers));

        Assert.DoesNotContain(evil.Digest, Target.Manifests.Keys);
        Assert.Empty(Target.Names);
    }

    [Fact]
    public async Task A_signed_referrer_of_any_kind_is_copied()
    {
        var image = Image("layer");
        Sign(image, App.ToString(), Signer);
        var chart = Refer(image, "application/vnd.chart", (Gzip, "application/vnd.chart.tar+gzip"));
        Sign(chart, App.ToString(), Signer);

        await CopyUnderPolicyAsync(image, Requires(Signer), WithReferrers);

        Assert.Contains(chart.Digest, Target.Manifests.Keys);
    }

    private static byte[] Gzip => [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0];

    private static byte[] Zstd => [0x28, 0xB5, 0x2F, 0xFD, 0, 0, 0];

    private static byte[] Xz => [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, 0];

    private static byte[] Bzip2 => [.. "BZh9"u8, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, 0];

    // The first character of the checksum: Go skips a NUL there.
    private static byte[] Tar(char first)
    {
        var header = new byte[1024];
        "{\"a\":1}"u8.CopyTo(header);
        "0000644"u8.CopyTo(header.AsSpan(100));
        return Checked(header, first == '\0' ? "\0{0}" : "{0}\0 ");
    }

    // An old header may have spaces in place of NULs, so all its characters can be text.
    private static byte[] TarWithoutNul()
    {
        var header = new byte[1024];
        header.AsSpan().Fill((byte)' ');
        "{\"name\":\""u8.CopyTo(header);
        "0000644 "u8.CopyTo(header.AsSpan(100));
        "00000000000 "u8.CopyTo(header.AsSpan(124));
        "\"}"u8.CopyTo(header.AsSpan(500));
        return Checked(header, "{0}  ");
    }

    private static byte[] Checked(byte[] header, string format)
    {
        header.AsSpan(148, 8).Fill((byte)' ');
        var sum = Convert.ToString(header[..512].Sum(value => value), 8).PadLeft(6, '0');
        Encoding.ASCII.GetBytes(string.Format(null, format, sum).PadRight(8)[..8]).CopyTo(header.AsSpan(148));
        return header;
    }

    private Manifest Refer(Manifest image, string config, params (byte[] Content, string Type)[] layers)
    {
        var described = Source.Add("{}"u8.ToArray(), config);
        return Add(
            $$"""
                {"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{{Json(described)}},
                "layers":[{{string.Join(',', layers.Select(layer => Json(Source.Add(layer.Content, layer.Type))))}}],
                "subject":{{Json(image.Descriptor)}}}
                """,
            MediaTypes.OciManifest);
    }
}
