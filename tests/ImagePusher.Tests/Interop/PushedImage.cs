using System.IO.Compression;
using System.Security.Cryptography;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Interop;

/// <summary>An image pushed to docker-registry, and its verification by other tools.</summary>
/// <param name="Repository">The repository.</param>
/// <param name="Tag">The tag.</param>
/// <param name="Original">The source image, in the layout of make-images.sh.</param>
internal sealed record PushedImage(string Repository, string Tag, string Original)
{
    /// <summary>The full name in a registry.</summary>
    public string At(DockerRegistry registry) => $"{registry.Address}/{Repository}:{Tag}";

    /// <summary>skopeo inspects and copies the image and umoci unpacks the copy: the digest and the files are as expected.</summary>
    public async Task IsWholeAsync(DockerRegistry registry, string digest, CancellationToken cancellationToken, bool asUser = false)
    {
        var login = asUser ? RegistryFixture.UserAndPassword : null;
        var inspected = await ReferenceTools.InspectAsync(At(registry), cancellationToken, login);
        Assert.Equal(digest, inspected.GetProperty("Digest").GetString());
        Assert.Equal("linux", inspected.GetProperty("Os").GetString());
        Assert.Equal("amd64", inspected.GetProperty("Architecture").GetString());

        using var folder = new TemporaryFolder();
        await ReferenceTools.CopyAsync($"docker://{At(registry)}", folder["copy"], "back", cancellationToken, login);
        Assert.Equal(await OriginalFiles.OfAsync(Original, cancellationToken),
            await ReferenceTools.UnpackAsync(folder["copy"], "back", cancellationToken));
    }

    /// <summary>Python reads each layer as a gzip stream and .NET computes its diff ID: both are those of the original.</summary>
    public async Task HasReadableGzipLayersAsync(DockerRegistry registry, CancellationToken cancellationToken, bool asUser = false)
    {
        var layout = (await ImagesFixture.GetAsync(cancellationToken))["oci"];
        var original = RawManifest.OfLayout(layout, Original);
        var manifest = await RawManifest.OfRegistryAsync(registry, Repository, Tag, cancellationToken,
            asUser ? RegistryFixture.Authorization : null);
        var blobs = registry.Blobs();
        var config = new RawManifest(await File.ReadAllBytesAsync(blobs[manifest.Config].FullName, cancellationToken), null);
        var diffIds = config.Root.GetProperty("rootfs").GetProperty("diff_ids").EnumerateArray().Select(diffId => diffId.GetString()!)
            .ToList();
        Assert.Equal(original.Layers.Count, manifest.Layers.Count);
        Assert.Equal(diffIds.Count, manifest.Layers.Count);
        for (var i = 0; i < manifest.Layers.Count; i++)
        {
            var layer = blobs[manifest.Layers[i]].FullName;
            // umoci omits the padding of the last member of a tar, so what Python reports about the end is compared, not asserted.
            var expected = await ReferenceTools.ReadTarAsync("r|gz", RawManifest.BlobOfLayout(layout, original.Layers[i]),
                cancellationToken);
            Assert.True(expected.Count > 0);
            Assert.Equal(expected, await ReferenceTools.ReadTarAsync("r|gz", layer, cancellationToken));
            Assert.Equal(diffIds[i], await DiffIdAsync(layer, cancellationToken));
        }
    }

    private static async Task<string> DiffIdAsync(string layer, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(layer);
        await using var plain = new GZipStream(file, CompressionMode.Decompress);
        return $"sha256:{Convert.ToHexStringLower(await SHA256.HashDataAsync(plain, cancellationToken))}";
    }
}
