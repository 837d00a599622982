using System.Text.Json;
using System.Text.Json.Nodes;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Tests.Archives;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Tests.Library;

/// <summary>Sizes that a manifest states: negative, too large, two for one digest, and so many that their sum does not fit 64
/// bits.</summary>
public sealed class StatedSizeTests : LibraryTest
{
    private static readonly byte[] Layer = SampleImage.Bytes(1, 3000);
    private static readonly byte[] Config =
        """{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]}}"""u8.ToArray();

    [Theory]
    [InlineData("-1")]
    [InlineData("-9223372036854775808")]
    [InlineData("1099511627777")]
    [InlineData("9223372036854775807")]
    [InlineData("1e30")]
    [InlineData("1.5")]
    [InlineData("\"5\"")]
    public async Task A_size_that_no_content_can_have_is_a_typed_error(string size)
    {
        var layer = Descriptor(Layer);
        layer["size"] = JsonNode.Parse(size);
        var layout = WriteLayout(Image([layer]));
        await Assert.ThrowsAsync<InvalidImageArchiveException>(() => ImageArchive.OpenAsync(layout, null, Token));
        await Assert.ThrowsAsync<CacheCorruptException>(() => CopyFromAsync(ImageEndpoint.Cache("localhost/app:1", layout)));
    }

    [Theory]
    [InlineData("two layers")]
    [InlineData("layer and config")]
    [InlineData("two images")]
    public async Task One_digest_with_two_sizes_is_a_typed_error(string where)
    {
        var other = Descriptor(Layer);
        other["size"] = 2999;
        var (config, second) = (Descriptor(Layer), Descriptor(Config));
        config["size"] = 2999;
        var error = await Assert.ThrowsAnyAsync<ImagePusherException>(() => where switch
        {
            "two layers" => CopyFromAsync(ImageEndpoint.Cache("localhost/app:1", WriteLayout(Image([Descriptor(Layer), other])))),
            "layer and config" => CopyFromAsync(ImageEndpoint.Cache("localhost/app:1", WriteLayout(Image([Descriptor(Layer)], config)))),
            _ => CopyIndexAsync(new IndexSource(Image([Descriptor(Layer)]), Image([other, second]))),
        });
        Assert.Contains($"{Digest.Of(Layer)} with two sizes", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(20_000)]
    public async Task Sums_of_the_largest_sizes_are_reported_and_do_not_overflow(int count)
    {
        var layers = Enumerable.Range(0, count).Select(number => new JsonObject
        {
            ["digest"] = Digest.Of(BitConverter.GetBytes(number)).ToString(),
            ["size"] = Core.Oci.Descriptor.MaximumSize,
        });
        var cache = ImageCache.Open(WriteLayout(Image([.. layers])));
        var details = await cache.InspectAsync(Assert.Single(await cache.ListAsync(Token)), Token);
        Assert.InRange(details.Size, 1, long.MaxValue);
        Assert.NotEmpty((await cache.VerifyAsync(details.Entry, full: true, Token)).Missing);
        await Assert.ThrowsAsync<IncompleteImageException>(() => CopyFromAsync(ImageEndpoint.Cache("localhost/app:1", Folder["layout"])));
    }

    [Theory]
    [InlineData(new[] { long.MaxValue, 1 }, long.MaxValue)]
    [InlineData(new[] { 1L << 62, 1L << 62, 1L << 62 }, long.MaxValue)]
    [InlineData(new[] { 1L, 2, 3 }, 6)]
    public void A_sum_does_not_exceed_the_largest_number(long[] sizes, long sum) => Assert.Equal(sum, sizes.SumBytes(size => size));

    private static JsonObject Descriptor(byte[] content, string name = "mediaType", JsonNode? value = null) =>
        new() { ["digest"] = Digest.Of(content).ToString(), ["size"] = content.Length, [name] = value ?? "application/octet-stream" };

    private static byte[] Image(JsonObject[] layers, JsonObject? config = null) => JsonSerializer.SerializeToUtf8Bytes(new JsonObject
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = MediaTypes.OciManifest,
        ["config"] = config ?? Descriptor(Config, "mediaType", MediaTypes.OciConfig),
        ["layers"] = new JsonArray([.. layers]),
    });

    private async Task<CopyResult> CopyIndexAsync(IndexSource source) => await new ImageCopier(new TransferSlots(), null).CopyAsync(
        new ImageSelection(source, await source.ResolveAsync("x", Token)), ImageCache.Open(Folder["copy"]),
        ImageReference.Parse("localhost/app:1"), new CopyOptions(), new CopyMonitor(), Token);

    private Task<CopyResult> CopyFromAsync(ImageEndpoint source) =>
        ImageTransfer.CopyAsync(source, ImageEndpoint.Layout(Folder["copy"]), null, Token);

    private string WriteLayout(byte[] image)
    {
        foreach (var blob in new[] { image, Layer, Config })
        {
            Folder.Write($"layout/blobs/sha256/{Digest.Of(blob).Encoded}", blob);
        }

        var entry = Descriptor(image, "annotations", new JsonObject { ["org.opencontainers.image.ref.name"] = "localhost/app:1" });
        Folder.Write("layout/oci-layout", """{"imageLayoutVersion":"1.0.0"}""");
        Folder.Write("layout/index.json", new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(entry) }.ToJsonString());
        return Folder["layout"];
    }

    /// <summary>An index of two images, as a registry has one that lists content without having it.</summary>
    private sealed class IndexSource(params byte[][] images) : Abstractions.IImageSource
    {
        public string Description => "a test";

        public Task<Manifest> ResolveAsync(string nameOrDigest, CancellationToken cancellationToken) => Task.FromResult<Manifest>(
            ImageIndex.Create(MediaTypes.OciIndex, images.Select(image => Manifest.Parse(image).Descriptor)));

        public Task<Manifest> GetManifestAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
            Task.FromResult(images.Select(image => Manifest.Parse(image)).Single(manifest => manifest.Digest == descriptor.Digest));

        public Task<bool> ContainsAsync(Descriptor descriptor, CancellationToken cancellationToken) => Task.FromResult(true);

        public Task<Stream> OpenBlobAsync(Descriptor descriptor, long offset, CancellationToken cancellationToken) =>
            Task.FromResult<Stream>(new MemoryStream());
    }
}
