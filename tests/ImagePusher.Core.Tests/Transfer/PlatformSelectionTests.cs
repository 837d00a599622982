using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Tests.Transfer;

/// <summary>The image of an index that a platform selects.</summary>
public sealed class PlatformSelectionTests : TransferTest
{
    [Fact]
    public async Task The_platform_arm_without_a_variant_is_arm_v7()
    {
        var (amd, arm) = (Image("amd"), Image("arm", "linux/arm"));
        Assert.Equal(arm.Digest,
            (await CopyAsync(Index("", On(amd, "linux/amd64"), On(arm, "linux/arm")), "linux/arm/v7")).Manifest.Digest);
    }

    [Theory]
    [InlineData("windows/amd64:10.0.20348.1", 1)]
    [InlineData("windows/amd64:10.0.20348", 1)]
    [InlineData("windows/amd64:10.0.17763", 0)]
    [InlineData("windows/amd64", 0)]
    public async Task A_Windows_version_can_be_requested(string wanted, int expected)
    {
        ImageManifest[] images = [Image("w1", "windows/amd64:10.0.17763.1"), Image("w2", "windows/amd64:10.0.20348.1"), Image("l")];
        var index = Index("", On(images[0], "windows/amd64:10.0.17763.1"), On(images[1], "windows/amd64:10.0.20348.1"),
            On(images[2], "linux/amd64"));
        Assert.Equal(images[expected].Digest, (await CopyAsync(index, wanted)).Manifest.Digest);
    }

    [Fact]
    public async Task A_missing_platform_is_reported_with_the_existing_ones_and_their_versions()
    {
        var index = Index("", On(Image("w1", "windows/amd64:10.0.17763.1"), "windows/amd64:10.0.17763.1"), On(Image("l"), "linux/amd64"));
        var error = await Assert.ThrowsAsync<PlatformNotFoundException>(() => CopyAsync(index, "windows/amd64:10.0.20348"));
        Assert.Contains("windows/amd64:10.0.20348;", error.Message, StringComparison.Ordinal);
        Assert.Contains("windows/amd64:10.0.17763.1, linux/amd64", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_entry_without_platform_is_selected_by_its_config()
    {
        var (amd, arm) = (Image("amd"), Image("arm", "linux/arm64"));
        var index = Index("", Json(amd.Descriptor), Json(arm.Descriptor, "\"platform\":{}"));
        Assert.Equal(arm.Digest, (await CopyAsync(index, "linux/arm64")).Manifest.Digest);
        Assert.Equal(amd.Digest, (await CopyAsync(index, "linux/amd64")).Manifest.Digest);
        await Assert.ThrowsAsync<PlatformNotFoundException>(() => CopyAsync(index, "linux/s390x"));
    }

    [Theory]
    [InlineData("""{"os":"windows","architecture":"amd64"}""", "windows/amd64:10.0.20348")]
    [InlineData("""{"architecture":"amd64"}""", "windows/amd64")]
    [InlineData("""{"os":"windows","architecture":""}""", "windows/amd64:10.0.20348.7")]
    public async Task A_missing_part_of_a_platform_is_read_from_the_config(string stated, string wanted)
    {
        var (older, image) = (Image("older", "windows/amd64:10.0.17763.5"), Image("image", "windows/amd64:10.0.20348.7"));
        var index = Index("", On(older, "windows/arm64"), Json(image.Descriptor, $"\"platform\":{stated}"));
        Assert.Equal(image.Digest, (await CopyAsync(index, wanted)).Manifest.Digest);
    }

    [Fact]
    public async Task A_stated_platform_is_preferred_and_no_other_manifest_is_read()
    {
        var (unstated, stated) = (Image("one"), Image("two"));
        var result = await CopyAsync(Index("", Json(unstated.Descriptor), On(stated, "linux/amd64")), "linux/amd64");
        Assert.Equal((stated.Digest, 1), (result.Manifest.Digest, Source.ManifestsRead));
    }

    [Fact]
    public async Task One_unreadable_config_does_not_hide_the_other_images()
    {
        var (bad, good) = (Image("bad", "linux/s390x"), Image("good"));
        var broken = "not JSON"u8.ToArray();
        var config = Source.Add(broken, MediaTypes.OciConfig);
        var unreadable = Source.Add(ImageManifest.Create(MediaTypes.OciManifest, config, bad.Layers));
        Assert.Equal(good.Digest,
            (await CopyAsync(Index("", Json(unreadable.Descriptor), Json(good.Descriptor)), "linux/amd64")).Manifest.Digest);
    }

    [Fact]
    public async Task The_inner_platform_of_a_CNAB_bundle_is_selected()
    {
        var (amd, arm, invocation) = (Image("amd"), Image("arm", "linux/arm64"), Image("invocation"));
        var bundle = Index("", Json(Index("", On(amd, "linux/amd64"), On(arm, "linux/arm64")).Descriptor), Json(invocation.Descriptor));
        Assert.Equal(arm.Digest, (await CopyAsync(bundle, "linux/arm64")).Manifest.Digest);
        Assert.Equal(bundle.Digest, (await CopyAsync(bundle)).Manifest.Digest);
    }

    [Fact]
    public async Task Without_a_platform_the_default_one_can_be_requested()
    {
        var own = Platform.CurrentLinux.ToString();
        var (mine, other) = (Image("mine", own), Image("other", "linux/s390x"));
        var result = await CopyAsync(Index("", On(other, "linux/s390x"), On(mine, own)), new CopyOptions { DefaultPlatformOnly = true });
        Assert.Equal(mine.Digest, result.Manifest.Digest);
        await Assert.ThrowsAsync<PlatformNotFoundException>(
            () => CopyAsync(Index("", On(other, "linux/s390x")), new CopyOptions { DefaultPlatformOnly = true }));
        Assert.Equal(other.Digest, (await CopyAsync(other, new CopyOptions { DefaultPlatformOnly = true })).Manifest.Digest);
    }

    private static string On(Manifest manifest, string platform)
    {
        var on = Platform.Parse(platform);
        var version = on.OsVersion is null ? "" : $",\"os.version\":\"{on.OsVersion}\"";
        var variant = on.Variant is null ? "" : $",\"variant\":\"{on.Variant}\"";
        return Json(manifest.Descriptor, $"\"platform\":{{\"os\":\"{on.Os}\",\"architecture\":\"{on.Architecture}\"{variant}{version}}}");
    }
}
