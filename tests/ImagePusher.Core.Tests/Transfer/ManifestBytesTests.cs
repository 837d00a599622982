using ImagePusher.Core.Bundles;
using ImagePusher.Core.Inspection;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Tests.Archives;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Tests.Transfer;

/// <summary>Many large manifests result in a typed error or are released, for every reader.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class ManifestBytesTests : TransferTest
{
    private const int Size = 1024 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("copy")]
    [InlineData("inventory")]
    [InlineData("inspection")]
    public async Task An_image_of_large_manifests_is_LimitExceeded(string walk)
    {
        var index = Index("", [.. Enumerable.Range(0, (int)(TransferLimits.ManifestBytesPerImage / Size) + 1)
            .Select(number => Json(Large(number).Descriptor))]);
        await Assert.ThrowsAsync<LimitExceededException>(() => walk switch
        {
            "copy" => CopyAsync(index),
            "inventory" => new ImageBlobs().ListAsync(Source, index.Descriptor, Token),
            _ => new ImageChooser(new ImageSelection(Source, index), Log).ChooseAllAsync(Token),
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    public async Task An_inventory_keeps_no_more_manifests_for_many_images(int images)
    {
        // The source creates each manifest on request.
        var blobs = new ImageBlobs();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var number = 0; number < 300; number++)
        {
            var index = Index($$"""
                "annotations":{"n":"{{number}}"}
                """, [.. Enumerable.Range(0, images).Select(image => Json(Large((100 * number) + image, Size / images).Descriptor))]);
            Assert.Equal(images + 2, (await blobs.ListAsync(Source, index.Descriptor, Token)).Count);
            Source.Manifests.Clear();
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 2 * TransferLimits.ManifestBytesPerImage);
        GC.KeepAlive(blobs);
    }

    private Manifest Large(int number, int size = Size) => Source.Add(Manifest.Parse(
        System.Text.Encoding.UTF8.GetBytes(
            $$"""
                {"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}",
                "config":{{Json(Source.Add("{}"u8.ToArray(), MediaTypes.OciConfig))}},"layers":[],"annotations":{"n":"{{number}}"} }
                """.PadRight(size)),
        MediaTypes.OciManifest));
}
