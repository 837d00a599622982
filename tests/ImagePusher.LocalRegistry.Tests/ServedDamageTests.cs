using System.Net;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;

namespace ImagePusher.LocalRegistry.Tests;

/// <summary>Content that does not match its digest is reported as missing, and a new push replaces it.</summary>
public sealed class ServedDamageTests
{
    private static readonly byte[] Layer = Http.RandomBytes(300_000, 5);
    private static readonly string LayerDigest = Http.DigestOf(Layer);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Damages => new("one bit", "truncated", "longer", "empty", "other bytes of the same size");

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_damaged_blob_is_404_with_one_warning_and_a_push_replaces_it(string damage)
    {
        await using var registry = await RunningRegistry.StartAsync();
        await registry.PushImageAsync("1", layers: Layer);
        (await registry.GetAsync($"/v2/team/app/blobs/{LayerDigest}")).Is(HttpStatusCode.OK);
        Damage(registry, LayerDigest, damage);

        (await registry.SendAsync("HEAD", $"/v2/team/app/blobs/{LayerDigest}")).Is(HttpStatusCode.NotFound);
        (await registry.GetAsync($"/v2/team/app/blobs/{LayerDigest}")).IsError(HttpStatusCode.NotFound, "BLOB_UNKNOWN");
        (await registry.GetAsync($"/v2/team/app/blobs/{LayerDigest}", ("Range", "bytes=0-9"))).Is(HttpStatusCode.NotFound);
        Assert.Single(registry.Log.Warnings, line => line.Contains(LayerDigest, StringComparison.Ordinal));

        await registry.PushImageAsync("1", layers: Layer);
        Assert.Equal(Layer, (await registry.GetAsync($"/v2/team/app/blobs/{LayerDigest}")).Is(HttpStatusCode.OK).Body);
    }

    [Fact]
    public async Task A_manifest_with_a_blob_known_as_damaged_is_not_found_by_HEAD_until_the_blob_is_pushed()
    {
        await using var registry = await RunningRegistry.StartAsync();
        await registry.PushImageAsync("1", layers: Layer);
        Damage(registry, LayerDigest, "one bit");
        (await registry.GetAsync($"/v2/team/app/blobs/{LayerDigest}")).Is(HttpStatusCode.NotFound);
        (await registry.SendAsync("HEAD", "/v2/team/app/manifests/1")).Is(HttpStatusCode.NotFound);
        (await registry.GetAsync("/v2/team/app/manifests/1")).Is(HttpStatusCode.OK);
        await registry.PushImageAsync("1", layers: Layer);
        (await registry.SendAsync("HEAD", "/v2/team/app/manifests/1")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_change_that_keeps_size_and_modification_time_is_found()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs the change time of Linux.");
        await using var registry = await RunningRegistry.StartAsync();
        await registry.PushBlobAsync(Layer);
        var path = registry.Cache.Blobs.PathOf(Digest.Parse(LayerDigest));
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-1));
        (await registry.GetAsync($"/v2/team/app/blobs/{LayerDigest}")).Is(HttpStatusCode.OK);
        var time = File.GetLastWriteTimeUtc(path);
        Damage(registry, LayerDigest, "one bit");
        File.SetLastWriteTimeUtc(path, time);
        (await registry.GetAsync($"/v2/team/app/blobs/{LayerDigest}")).Is(HttpStatusCode.NotFound);
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_damaged_manifest_is_404_and_a_push_replaces_it(string damage)
    {
        await using var registry = await RunningRegistry.StartAsync();
        var image = await registry.PushImageAsync("1", layers: Layer);
        Damage(registry, image.Digest, damage);
        (await registry.GetAsync("/v2/team/app/manifests/1")).IsError(HttpStatusCode.NotFound, "MANIFEST_UNKNOWN");
        (await registry.SendAsync("HEAD", $"/v2/team/app/manifests/{image.Digest}")).Is(HttpStatusCode.NotFound);
        (await registry.PutManifestAsync("1", image.Manifest)).Is(HttpStatusCode.Created);
        Assert.Equal(image.Manifest, (await registry.GetAsync("/v2/team/app/manifests/1")).Is(HttpStatusCode.OK).Body);
    }

    [Fact]
    public async Task A_manifest_that_refers_to_a_blob_known_as_damaged_is_rejected_until_the_blob_is_pushed()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var image = await registry.PushImageAsync("1", layers: Layer);
        Damage(registry, LayerDigest, "one bit");
        (await registry.SendAsync("HEAD", $"/v2/team/app/blobs/{LayerDigest}")).Is(HttpStatusCode.NotFound);
        (await registry.PutManifestAsync("2", image.Manifest)).IsError(HttpStatusCode.BadRequest, "MANIFEST_BLOB_UNKNOWN");
        await registry.PushBlobAsync(Layer);
        (await registry.PutManifestAsync("2", image.Manifest)).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_damaged_child_does_not_affect_its_index_or_its_siblings()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var amd64 = await registry.PushImageAsync(null, layers: Layer);
        var arm64 = await registry.PushImageAsync(null, layers: Http.RandomBytes(1000, 6));
        var index = TestImage.IndexOf(amd64, arm64);
        (await registry.PutManifestAsync("1", index, TestImage.IndexType)).Is(HttpStatusCode.Created);
        Damage(registry, arm64.Digest, "one bit");

        (await registry.GetAsync("/v2/team/app/manifests/1")).Is(HttpStatusCode.OK);
        (await registry.GetAsync($"/v2/team/app/manifests/{amd64.Digest}")).Is(HttpStatusCode.OK);
        (await registry.GetAsync($"/v2/team/app/manifests/{arm64.Digest}")).Is(HttpStatusCode.NotFound);
        (await registry.PutManifestAsync("2", index, TestImage.IndexType)).IsError(HttpStatusCode.BadRequest, "MANIFEST_BLOB_UNKNOWN");

        (await registry.PutManifestAsync(arm64.Digest, arm64.Manifest)).Is(HttpStatusCode.Created);
        (await registry.GetAsync($"/v2/team/app/manifests/{arm64.Digest}")).Is(HttpStatusCode.OK);
        (await registry.PutManifestAsync("2", index, TestImage.IndexType)).Is(HttpStatusCode.Created);
    }

    private static void Damage(RunningRegistry registry, string digest, string damage)
    {
        var path = registry.Cache.Blobs.PathOf(Digest.Parse(digest));
        var bytes = File.ReadAllBytes(path);
        switch (damage)
        {
            case "one bit":
                bytes[bytes.Length / 2] ^= 1;
                break;
            case "truncated":
                bytes = bytes[..^1];
                break;
            case "longer":
                bytes = [.. bytes, 0];
                break;
            case "empty":
                bytes = [];
                break;
            default:
                bytes = Http.RandomBytes(bytes.Length, 99);
                break;
        }

        File.WriteAllBytes(path, bytes);
    }
}
