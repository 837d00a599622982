using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Tests.Transfer;

/// <summary>Indexes: their children arrive first, platforms are selected, and what is missing is reported.</summary>
public sealed class IndexCopyTests : ImageCopierTestBase
{
    [Fact]
    public async Task An_index_is_pushed_after_all_its_children()
    {
        var index = Index();
        var result = await CopyAsync(index);
        Assert.Equal(index.Digest, result.Manifest.Digest);
        Assert.Equal(4, _target.Manifests.Count);
    }

    [Fact]
    public async Task One_platform_of_an_index_is_its_manifest_with_the_index_as_source()
    {
        var index = Index();
        var result = await CopyAsync(index, new CopyOptions { Platforms = [Platform.Parse("linux/arm64")] });
        Assert.Equal(index.Manifests[1].Digest, result.Manifest.Digest);
        Assert.Equal(index.Digest, result.SourceDigest);
        Assert.Single(_target.Manifests);
    }

    [Fact]
    public async Task Two_platforms_are_a_rewritten_index_with_their_attestations()
    {
        var (amd, arm, s390) = (
            Image(MediaTypes.OciLayerGzip, "amd"), Image(MediaTypes.OciLayerGzip, "arm"), Image(MediaTypes.OciLayerGzip, "s390"));
        var (about, other) = (Image("application/vnd.in-toto+json", "amd's"), Image("application/vnd.in-toto+json", "s390's"));
        var index = _source.Add(ImageIndex.Create(MediaTypes.OciIndex,
        [
            On(amd, "linux/amd64"), On(s390, "linux/s390x"), On(arm, "linux/arm64/v8"), Attests(about, amd), Attests(other, s390),
        ]));
        var result = await CopyAsync(index, new CopyOptions { Platforms = [Platform.Parse("linux/amd64"), Platform.Parse("linux/arm64")] });
        Assert.Equal(
            [amd.Digest, arm.Digest, about.Digest],
            Assert.IsType<ImageIndex>(_target.Manifests[result.Manifest.Digest]).Manifests.Select(entry => entry.Digest));
        Assert.Equal(index.Digest, result.SourceDigest);
    }

    [Fact]
    public async Task A_platform_that_is_missing_in_an_index_is_PlatformNotFound_with_the_list()
    {
        var error = await Assert.ThrowsAsync<PlatformNotFoundException>(
            () => CopyAsync(Index(), new CopyOptions { Platforms = [Platform.Parse("linux/s390x")] }));
        Assert.Contains("linux/amd64, linux/arm64/v8", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_single_image_of_another_platform_is_PlatformNotFound() =>
        await Assert.ThrowsAsync<PlatformNotFoundException>(
            () => CopyAsync(Image(MediaTypes.OciLayerGzip, "one"), new CopyOptions { Platforms = [Platform.Parse("linux/s390x")] }));

    [Fact]
    public async Task An_incomplete_index_is_rejected_with_the_list_of_what_is_missing()
    {
        var index = Index();
        _source.Manifests.TryRemove(index.Manifests[1].Digest, out _);
        var error = await Assert.ThrowsAsync<IncompleteImageException>(() => CopyAsync(index));
        Assert.Contains("linux/arm64/v8", error.Message, StringComparison.Ordinal);
        Assert.Empty(_target.Names);
    }

    [Fact]
    public async Task Existing_content_of_an_incomplete_index_is_copied_if_allowed_with_one_warning()
    {
        var index = Index();
        var arm = (ImageManifest)_source.Manifests[index.Manifests[1].Digest];
        _source.Blobs.TryRemove(arm.Layers[0].Digest, out _);
        var result = await CopyAsync(index, new CopyOptions { AllowPartial = true });
        Assert.Equal(2, Assert.IsType<ImageIndex>(_target.Manifests[result.Manifest.Digest]).Manifests.Count);
        Assert.Contains("linux/arm64/v8", Assert.Single(_log.Warnings), StringComparison.Ordinal);
    }
}
