using System.Text;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Tests.Transfer;

/// <summary>Indexes of anything but one image per platform: blobs, unknown types, nested indexes, shared children.</summary>
public sealed class UnusualIndexTests : TransferTest
{
    [Fact]
    public async Task A_BuildKit_cache_is_an_index_of_layers_and_copies_unchanged()
    {
        var layer = Source.Add("a layer"u8.ToArray(), MediaTypes.OciLayerGzip);
        var config = Source.Add("""{"layers":[],"records":[]}"""u8.ToArray(), "application/vnd.buildkit.cacheconfig.v0");
        var index = Index("", Json(layer, "\"annotations\":{\"buildkit/createdat\":\"2021-07-02T17:08:09Z\"}"), Json(config));
        Assert.Equal(index.Digest, (await CopyAsync(index)).Manifest.Digest);
        Assert.Equal("a layer"u8.ToArray(), Target.Blobs[layer.Digest]);
        Assert.True(Target.Blobs.ContainsKey(config.Digest));
    }

    [Fact]
    public async Task An_entry_of_an_unknown_type_is_copied_with_the_image()
    {
        var xml = Source.Add("<component/>"u8.ToArray(), "application/xml");
        var index = Index("", Json(Image("one").Descriptor, "\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"}"), Json(xml));
        Assert.Equal(index.Digest, (await CopyAsync(index)).Manifest.Digest);
        Assert.True(Target.Blobs.ContainsKey(xml.Digest));
    }

    [Fact]
    public async Task A_missing_entry_of_an_unknown_type_makes_the_index_incomplete_and_is_omitted_if_allowed()
    {
        var (one, two) = (Image("one"), Image("two", "linux/arm64"));
        var index = Index("", Json(one.Descriptor), Json(two.Descriptor), Json(new Descriptor("application/xml", Digest.Of("gone"u8), 4)));
        await Assert.ThrowsAsync<IncompleteImageException>(() => CopyAsync(index));
        var partial = Assert.IsType<ImageIndex>(Copied(await CopyAsync(index, new CopyOptions { AllowPartial = true })));
        Assert.Equal([one.Digest, two.Digest], partial.Manifests.Select(entry => entry.Digest));
    }

    [Fact]
    public async Task Uncompressed_layers_in_an_index_are_not_compressed()
    {
        var layer = Source.Add("a layer"u8.ToArray(), MediaTypes.OciLayer);
        var index = Index("", Json(layer));
        Assert.Equal(index.Digest, (await CopyAsync(index, new CopyOptions { Compression = LayerCompression.Gzip })).Manifest.Digest);
        Assert.True(Target.Blobs.ContainsKey(layer.Digest));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(20)]
    public async Task Nested_indexes_copy_unchanged_and_a_platform_is_found_within_them(int depth)
    {
        var (amd, arm) = (Image("amd"), Image("arm", "linux/arm64"));
        var index = Index("", On(amd, "linux", "amd64"), On(arm, "linux", "arm64"));
        for (var level = 1; level < depth; level++)
        {
            index = Index("", Json(index.Descriptor));
        }

        Assert.Equal(index.Digest, (await CopyAsync(index)).Manifest.Digest);
        Assert.Equal(arm.Digest, (await CopyAsync(index, "linux/arm64")).Manifest.Digest);
    }

    [Fact]
    public async Task One_or_two_platforms_are_selected_from_an_index_of_indexes()
    {
        var (amd, arm, s390) = (Image("amd"), Image("arm", "linux/arm64"), Image("s390", "linux/s390x"));
        string Inner(ImageManifest image, string platform) => Json(
            Index("", Json(image.Descriptor)).Descriptor, $"\"platform\":{{\"os\":\"linux\",\"architecture\":\"{platform}\"}}");
        var top = Index("", Inner(amd, "amd64"), Inner(arm, "arm64"), Inner(s390, "s390x"));
        Assert.Equal(arm.Digest, (await CopyAsync(top, "linux/arm64")).Manifest.Digest);

        Target.Manifests.Clear();
        var two = await CopyAsync(top, "linux/arm64", "linux/amd64");
        Assert.Equal([top.Manifests[0], top.Manifests[1]], Assert.IsType<ImageIndex>(Copied(two)).Manifests);
        Assert.False(Target.Manifests.ContainsKey(s390.Digest));
    }

    [Fact]
    public async Task An_index_nested_beyond_the_limit_is_LimitExceeded()
    {
        var index = Index("", Json(Image("one").Descriptor));
        for (var level = 0; level <= ImageTreeReader.MaximumDepth; level++)
        {
            index = Index("", Json(index.Descriptor));
        }

        await Assert.ThrowsAsync<LimitExceededException>(() => CopyAsync(index));
        await Assert.ThrowsAsync<LimitExceededException>(() => CopyAsync(index, "linux/amd64"));
    }

    [Fact]
    public async Task A_child_that_is_referenced_a_million_times_is_read_once()
    {
        var child = Json(Image("one").Descriptor);
        var index = Index("", [.. Enumerable.Repeat(child, 100)]);
        for (var level = 0; level < 2; level++)
        {
            index = Index("", [.. Enumerable.Repeat(Json(index.Descriptor), 100)]);
        }

        Assert.Equal(index.Digest, (await CopyAsync(index)).Manifest.Digest);
        Assert.Equal(3, Source.ManifestsRead);
    }

    [Fact]
    public async Task More_manifests_than_the_limit_are_LimitExceeded()
    {
        var entries = Enumerable.Range(0, TransferLimits.ManifestsPerImage + 1)
            .Select(number => Json(Add($$"""{"schemaVersion":2,"manifests":[],"annotations":{"n":"{{number}}"} }""",
                MediaTypes.OciIndex).Descriptor));
        await Assert.ThrowsAsync<LimitExceededException>(() => CopyAsync(Index("", [.. entries])));
    }

    [Fact]
    public async Task Children_by_sha512_keep_their_digest()
    {
        var raw = Image("one").Raw.ToArray();
        var child = Source.Add(Manifest.Parse(raw, MediaTypes.OciManifest, System.Security.Cryptography.HashAlgorithmName.SHA512));
        var index = Index("", Json(child.Descriptor), Json(Image("two").Descriptor));
        await CopyAsync(index);
        Assert.Equal("sha512", child.Digest.Algorithm);
        Assert.True(Target.Manifests.ContainsKey(child.Digest));
    }

    [Fact]
    public async Task Bytes_that_are_not_Unicode_are_copied_unchanged()
    {
        var text = Encoding.UTF8.GetString(Image("one").Raw.Span);
        byte[] raw = [.. Encoding.UTF8.GetBytes(text[..^1]), .. ",\"annotations\":{\"a\":\""u8, 0xE9, .. "\\ud800\"}}"u8];
        var image = Source.Add(Manifest.Parse(raw, MediaTypes.OciManifest));
        Assert.Equal(raw, Copied(await CopyAsync(image)).Raw.ToArray());
    }

    private static string On(Manifest manifest, string os, string architecture) =>
        Json(manifest.Descriptor, $"\"platform\":{{\"os\":\"{os}\",\"architecture\":\"{architecture}\"}}");
}
