using ImagePusher.Core.Cache;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Tests.Cache;

/// <summary>A blob of the right size with wrong bytes is replaced once a verification has found it.</summary>
public sealed class DamagedBlobTests : CacheTest
{
    private readonly MemoryImage _image = MemoryImage.Random(1, 5000, 300);

    [Theory]
    [InlineData("verify")]
    [InlineData("read")]
    [InlineData("read by the next process")]
    public async Task A_damaged_layer_is_replaced_by_saving_again(string found)
    {
        await _image.SaveAsync(Cache, "app", cancellationToken: Token);
        var layer = _image.Manifest.References.Last();
        await DamageAsync(layer.Digest);
        var entry = Assert.Single(await Cache.ListAsync(Token));
        Assert.True(await Cache.HasBlobAsync(layer, Token));
        var finder = found == "verify" ? Cache : ImageCache.Open(Root);
        if (found == "verify")
        {
            Assert.Equal(layer.Digest, Assert.Single((await finder.VerifyAsync(entry, full: true, Token)).Damaged).Descriptor.Digest);
        }
        else
        {
            var read = new StoredBlob(layer, finder.Description, (offset, token) => finder.OpenBlobAsync(layer, offset, token));
            await Assert.ThrowsAsync<DigestMismatchException>(() => read.WriteToAsync(Stream.Null, 0, Token));
        }

        var saver = found == "read by the next process" ? ImageCache.Open(Root) : finder;
        Assert.False(await saver.HasBlobAsync(layer, Token));
        await _image.SaveAsync(saver, "app", cancellationToken: Token);
        Assert.True((await saver.VerifyAsync(entry, full: true, Token)).IsIntact);
        Assert.True(await ImageCache.Open(Root).HasBlobAsync(layer, Token));
        Assert.Empty(Directory.GetFiles(Path.Combine(Root, ".imagepusher", "damaged")));
    }

    [Fact]
    public async Task A_damaged_manifest_is_replaced_by_saving_again()
    {
        await _image.SaveAsync(Cache, "app", cancellationToken: Token);
        await DamageAsync(_image.Manifest.Digest);
        await Assert.ThrowsAsync<CacheCorruptException>(() => Cache.ResolveAsync("app", Token));
        await _image.SaveAsync(ImageCache.Open(Root), "app", cancellationToken: Token);
        Assert.Equal(_image.Manifest.Digest, (await Cache.ResolveAsync("app", Token)).Digest);
    }

    [Fact]
    public async Task A_record_of_damage_applies_to_one_version_of_the_file()
    {
        await _image.SaveAsync(Cache, "app", cancellationToken: Token);
        var layer = _image.Manifest.References.Last();
        await DamageAsync(layer.Digest);
        await Cache.VerifyAsync(Assert.Single(await Cache.ListAsync(Token)), full: true, Token);
        Assert.False(await ImageCache.Open(Root).HasBlobAsync(layer, Token));
        await File.WriteAllBytesAsync(Cache.Blobs.PathOf(layer.Digest), _image.Blobs[layer.Digest], Token);
        Assert.True(await Cache.HasBlobAsync(layer, Token));
        await Cache.CollectGarbageAsync(cancellationToken: Token);
        Assert.Empty(Directory.GetFiles(Path.Combine(Root, ".imagepusher", "damaged")));
    }

    [Fact]
    public async Task A_child_that_is_named_a_hundred_times_on_three_levels_is_read_once()
    {
        await _image.SaveAsync(Cache, "app", cancellationToken: Token);
        var child = _image.Manifest.Descriptor;
        for (var level = 0; level < 3; level++)
        {
            var index = ImageIndex.Create(MediaTypes.OciIndex, Enumerable.Repeat(child, 100));
            await Cache.PutManifestAsync(index, Token);
            child = index.Descriptor;
        }

        var walk = ImageWalk.From(child, Cache.Blobs, new CachedManifestReader(Cache.Blobs));
        Assert.Equal((4, 7), (walk.Manifests.Count, walk.Blobs.Count));
    }

    [Fact]
    public async Task Manifests_by_sha512_keep_their_digest()
    {
        var digest = Digest.Of(_image.Manifest.Raw.Span, System.Security.Cryptography.HashAlgorithmName.SHA512);
        await _image.WriteAsync(Cache, Token);
        var manifest = Manifest.Parse(_image.Manifest.Raw.ToArray(), MediaTypes.OciManifest, digest.HashName);
        await Cache.PutManifestAsync(manifest, Token);
        Assert.Equal(digest, (await Cache.ResolveAsync(digest.ToString(), Token)).Digest);
        var index = ImageIndex.Create(MediaTypes.OciIndex, [manifest.Descriptor]);
        await Cache.PublishAsync(index, Core.Naming.ImageReference.Parse("app"), null, Token);
        Assert.Equal(digest, ((ImageIndex)await Cache.ResolveAsync("app", Token)).Manifests[0].Digest);
        Assert.Equal(0, (await Cache.CollectGarbageAsync(gracePeriod: TimeSpan.FromDays(-1), cancellationToken: Token)).Blobs);
        Assert.Null(Cache.Blobs.SizeOf(_image.Manifest.Digest));
        Assert.NotNull(Cache.Blobs.SizeOf(digest));
    }

    private async Task DamageAsync(Digest digest)
    {
        var path = Cache.Blobs.PathOf(digest);
        var bytes = await File.ReadAllBytesAsync(path, Token);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Token);
    }
}
