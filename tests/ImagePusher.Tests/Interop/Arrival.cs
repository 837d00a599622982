using System.IO.Compression;
using System.Security.Cryptography;
using ImagePusher.TestSupport;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Interop;

/// <summary>An image that should have arrived in a docker-registry, and the checks by other programs that it has.</summary>
/// <param name="Repository">Its repository there.</param>
/// <param name="Tag">Its tag there.</param>
/// <param name="Original">The image of make-images.sh's layout that it was made from.</param>
internal sealed record Arrival(string Repository, string Tag, string Original)
{
    /// <summary>Its full name at a registry.</summary>
    public string At(DockerRegistry registry) => $"{registry.Address}/{Repository}:{Tag}";

    /// <summary>Lets skopeo inspect and copy it, and umoci unpack the copy: its digest and its files are right.</summary>
    public async Task IsWholeAsync(DockerRegistry registry, string digest, CancellationToken cancellationToken, bool asUser = false)
    {
        var login = asUser ? RegistryFixture.UserAndPassword : null;
        var inspected = await Witness.InspectAsync(At(registry), cancellationToken, login);
        Assert.Equal(digest, inspected.GetProperty("Digest").GetString());
        Assert.Equal("linux", inspected.GetProperty("Os").GetString());
        Assert.Equal("amd64", inspected.GetProperty("Architecture").GetString());

        using var folder = new TemporaryFolder();
        await Witness.CopyAsync($"docker://{At(registry)}", folder["copy"], "back", cancellationToken, login);
        Assert.Equal(await OriginalFiles.OfAsync(Original, cancellationToken), await Witness.UnpackAsync(folder["copy"], "back", cancellationToken));
    }

    /// <summary>Lets Python read each layer as a gzip stream, and .NET compute its diff ID: both find the original's.</summary>
    public async Task HasReadableGzipLayersAsync(DockerRegistry registry, CancellationToken cancellationToken, bool asUser = false)
    {
        var layout = (await ImagesFixture.GetAsync(cancellationToken))["oci"];
        var original = RawManifest.OfLayout(layout, Original);
        var manifest = await RawManifest.OfRegistryAsync(registry, Repository, Tag, cancellationToken, asUser ? RegistryFixture.Authorization : null);
        var blobs = registry.Blobs();
        var config = new RawManifest(await File.ReadAllBytesAsync(blobs[manifest.Config].FullName, cancellationToken), null);
        var diffIds = config.Root.GetProperty("rootfs").GetProperty("diff_ids").EnumerateArray().Select(diffId => diffId.GetString()!).ToList();
        Assert.Equal(original.Layers.Count, manifest.Layers.Count);
        Assert.Equal(diffIds.Count, manifest.Layers.Count);
        for (var i = 0; i < manifest.Layers.Count; i++)
        {
            var layer = blobs[manifest.Layers[i]].FullName;
            // umoci leaves the end of a tar's last member off, so what Python says of the end is compared, not asserted.
            var expected = await Witness.ReadTarAsync("r|gz", RawManifest.BlobOfLayout(layout, original.Layers[i]), cancellationToken);
            Assert.True(expected.Count > 0);
            Assert.Equal(expected, await Witness.ReadTarAsync("r|gz", layer, cancellationToken));
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
