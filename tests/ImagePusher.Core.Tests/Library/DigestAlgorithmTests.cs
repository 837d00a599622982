using System.Security.Cryptography;
using System.Text.Json;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Tests.Archives;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Tests.Library;

/// <summary>Content named by sha512 keeps its digest everywhere, and content named by an unknown algorithm is rejected as
/// unsupported.</summary>
public sealed class DigestAlgorithmTests : LibraryTest
{
    private static readonly byte[] Layer = SampleImage.Bytes(1, 3000);

    public static TheoryData<string> UnknownDigests =>
        ["sha384:" + new string('0', 96), "blake3:" + new string('0', 64), "multihash+base58:QmRZxt2b"];

    [Theory]
    [InlineData("sha512", "sha512", "sha512")]
    [InlineData("sha256", "sha512", "sha512")]
    [InlineData("sha512", "sha256", "sha256")]
    [InlineData("sha256", "sha256", "sha512")]
    public async Task Every_digest_keeps_its_algorithm_on_every_path(string index, string manifest, string blobs)
    {
        var layout = WriteLayout(index, manifest, blobs);
        var imported = await CopyAsync(ImageEndpoint.Layout(layout), ImageEndpoint.Cache("localhost/app:1", Folder["cache"]));
        await CopyAsync(ImageEndpoint.Cache("localhost/app:1", Folder["cache"]), ImageEndpoint.Registry($"{Registry}/team/app:1"));
        await CopyAsync(ImageEndpoint.Registry($"{Registry}/team/app@{imported}"),
            ImageEndpoint.Cache("localhost/saved:1", Folder["second"]));
        var exported = await CopyAsync(ImageEndpoint.Cache("localhost/saved:1", Folder["second"]),
            ImageEndpoint.Archive(Folder["app.tar"]));
        Assert.Equal(index, imported.Algorithm);
        Assert.Equal(imported, exported);
        await using var archive = await ImageArchive.OpenAsync(Folder["app.tar"], null, Token);
        var root = Assert.IsType<ImageIndex>(Assert.Single(archive.Images).Root);
        Assert.Equal(imported, root.Digest);
        Assert.Empty(archive.Images[0].Missing);
        foreach (var child in root.Manifests)
        {
            Assert.Equal(manifest, child.Digest.Algorithm);
            var image = await archive.GetManifestAsync(child, Token);
            Assert.All(image.References, blob => Assert.Equal(blobs, blob.Digest.Algorithm));
        }
    }

    [Theory]
    [InlineData("sha512", "sha512")]
    [InlineData("sha256", "sha512")]
    [InlineData("sha512", "sha256")]
    public async Task A_rewritten_index_keeps_the_algorithms_of_itself_and_its_children(string index, string manifest)
    {
        var layout = WriteLayout(index, manifest, "sha512");
        var target = ImageEndpoint.Cache("localhost/app:1", Folder["cache"]);
        var options = new CopyOptions { Compression = LayerCompression.Zstd };
        var whole = (await ImageTransfer.CopyAsync(ImageEndpoint.Layout(layout), target, options, Token)).Manifest.Digest;
        Assert.Equal(index, whole.Algorithm);
        var cache = ImageCache.Open(Folder["cache"]);
        var root = Assert.IsType<ImageIndex>(await cache.ResolveAsync(whole.ToString(), Token));
        Assert.All(root.Manifests, child => Assert.Equal(manifest, child.Digest.Algorithm));
    }

    [Theory]
    [MemberData(nameof(UnknownDigests))]
    public async Task An_unknown_algorithm_in_a_manifest_of_a_layout_or_cache_is_unsupported_content(string digest)
    {
        var image = JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            mediaType = MediaTypes.OciManifest,
            config = new { mediaType = MediaTypes.OciConfig, digest, size = 1 },
            layers = Array.Empty<object>(),
        });
        var layout = WriteIndex(Descriptor(image, MediaTypes.OciManifest, "sha256"), image);
        await UnsupportedAsync(() => ImageTransfer.CopyAsync(
            ImageEndpoint.Layout(layout), ImageEndpoint.Cache("localhost/a:1", Folder["cache"]), null, Token), digest);
        await UnsupportedAsync(() => ImageTransfer.CopyAsync(
            ImageEndpoint.Cache("localhost/app:1", layout), ImageEndpoint.Layout(Folder["copy"]), null, Token), digest);
        var other = ImageCache.Open(layout);
        Assert.False((await other.VerifyAsync(Assert.Single(await other.ListAsync(Token)), full: true, Token)).IsIntact);
    }

    [Theory]
    [MemberData(nameof(UnknownDigests))]
    public async Task An_unknown_algorithm_in_an_archive_is_unsupported_content(string digest)
    {
        var layout = WriteIndex(new { mediaType = MediaTypes.OciManifest, digest, size = 5 });
        await UnsupportedAsync(() => ImageArchive.OpenAsync(layout, null, Token), digest);

        var config = JsonSerializer.SerializeToUtf8Bytes(
            new { os = "linux", architecture = "amd64", rootfs = new { diff_ids = new[] { digest } } });
        var tar = new TestTar().File("config.json", config).File("layer.tar", Layer)
            .Json("manifest.json", new[] { new { Config = "config.json", RepoTags = new[] { "a:1" }, Layers = new[] { "layer.tar" } } });
        await UnsupportedAsync(() => ImageArchive.OpenAsync(Folder.Write("docker.tar", tar.ToArray()), null, Token), digest);
    }

    private static async Task UnsupportedAsync(Func<Task> action, string digest)
    {
        var error = await Assert.ThrowsAsync<UnsupportedContentException>(action);
        Assert.Contains($"algorithm '{digest[..digest.IndexOf(':', StringComparison.Ordinal)]}'", error.Message, StringComparison.Ordinal);
    }

    private static HashAlgorithmName Hash(string algorithm) => algorithm == "sha512" ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256;

    private static object Descriptor(byte[] content, string mediaType, string algorithm, object? platform = null) =>
        new { mediaType, digest = Digest.Of(content, Hash(algorithm)).ToString(), size = content.Length, platform };

    private static async Task<Digest> CopyAsync(ImageEndpoint source, ImageEndpoint target) =>
        (await ImageTransfer.CopyAsync(source, target, null, Token)).Manifest.Digest;

    private string WriteLayout(string index, string manifest, string blobs)
    {
        var children = new List<object>();
        foreach (var architecture in new[] { "amd64", "arm64" })
        {
            var config = JsonSerializer.SerializeToUtf8Bytes(
                new { os = "linux", architecture, rootfs = new { type = "layers", diff_ids = new[] { Digest.Of(Layer).ToString() } } });
            var image = JsonSerializer.SerializeToUtf8Bytes(new
            {
                schemaVersion = 2,
                mediaType = MediaTypes.OciManifest,
                config = Descriptor(config, MediaTypes.OciConfig, blobs),
                layers = new[] { Descriptor(Layer, MediaTypes.OciLayer, blobs) },
            });
            children.Add(Descriptor(image, MediaTypes.OciManifest, manifest, new { os = "linux", architecture }));
            Write(config, blobs);
            Write(image, manifest);
        }

        Write(Layer, blobs);
        var raw = JsonSerializer.SerializeToUtf8Bytes(new { schemaVersion = 2, mediaType = MediaTypes.OciIndex, manifests = children });
        Write(raw, index);
        return WriteIndex(Descriptor(raw, MediaTypes.OciIndex, index));
    }

    private string WriteIndex(object entry, params byte[][] blobs)
    {
        foreach (var blob in blobs)
        {
            Write(blob, "sha256");
        }

        var annotated = JsonSerializer.SerializeToNode(entry)!.AsObject();
        annotated["annotations"] = new System.Text.Json.Nodes.JsonObject { ["org.opencontainers.image.ref.name"] = "localhost/app:1" };
        Folder.Write("layout/oci-layout", """{"imageLayoutVersion":"1.0.0"}""");
        Folder.Write("layout/index.json", $$"""{"schemaVersion":2,"manifests":[{{annotated.ToJsonString()}}]}""");
        return Folder["layout"];
    }

    private void Write(byte[] blob, string algorithm) =>
        Folder.Write($"layout/blobs/{algorithm}/{Digest.Of(blob, Hash(algorithm)).Encoded}", blob);
}
