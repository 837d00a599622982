using System.Net;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;

namespace ImagePusher.LocalRegistry.Tests;

public sealed class DeletionTests
{
    private static readonly byte[] Layer = Http.RandomBytes(10_000);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tag_is_deleted_and_other_tags_are_kept()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var image = await registry.PushImageAsync("1", layers: Layer);
        (await registry.PutManifestAsync("2", image.Manifest)).Is(HttpStatusCode.Created);
        (await registry.SendAsync("DELETE", "/v2/team/app/manifests/1")).Is(HttpStatusCode.Accepted);
        (await registry.GetAsync("/v2/team/app/manifests/1")).IsError(HttpStatusCode.NotFound, "MANIFEST_UNKNOWN");
        (await registry.GetAsync("/v2/team/app/manifests/2")).Is(HttpStatusCode.OK);
        (await registry.GetAsync($"/v2/team/app/manifests/{image.Digest}")).Is(HttpStatusCode.OK);
        (await registry.SendAsync("DELETE", "/v2/team/app/manifests/1")).IsError(HttpStatusCode.NotFound, "MANIFEST_UNKNOWN");

        // Deleting its last name deletes the manifest.
        (await registry.SendAsync("DELETE", "/v2/team/app/manifests/2")).Is(HttpStatusCode.Accepted);
        (await registry.GetAsync($"/v2/team/app/manifests/{image.Digest}")).Is(HttpStatusCode.NotFound);
        (await registry.GetAsync("/v2/team/app/tags/list")).IsError(HttpStatusCode.NotFound, "NAME_UNKNOWN");
        Assert.Empty(await registry.Cache.ListAsync(Token));
    }

    [Fact]
    public async Task A_digest_is_deleted_with_all_its_tags_only_in_its_repository()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var image = await registry.PushImageAsync("1", layers: Layer);
        (await registry.PutManifestAsync("2", image.Manifest)).Is(HttpStatusCode.Created);
        (await registry.PutManifestAsync("1", image.Manifest, repository: "team/other")).Is(HttpStatusCode.Created);
        (await registry.SendAsync("DELETE", $"/v2/team/app/manifests/{image.Digest}")).Is(HttpStatusCode.Accepted);
        foreach (var reference in new[] { "1", "2", image.Digest })
        {
            (await registry.SendAsync("HEAD", $"/v2/team/app/manifests/{reference}")).Is(HttpStatusCode.NotFound);
            (await registry.SendAsync("DELETE", $"/v2/team/app/manifests/{reference}")).Is(HttpStatusCode.NotFound);
        }

        (await registry.GetAsync($"/v2/team/other/manifests/{image.Digest}")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_manifest_of_an_index_is_kept_until_the_index_is_deleted()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var image = await registry.PushImageAsync("amd64", layers: Layer);
        var index = Documents.Index(Documents.Descriptor(TestImage.ManifestType, image.Manifest)).Bytes();
        (await registry.PutManifestAsync("all", index, MediaTypes.OciIndex)).Is(HttpStatusCode.Created);
        var refused = (await registry.SendAsync("DELETE", $"/v2/team/app/manifests/{image.Digest}")).IsError(
            HttpStatusCode.MethodNotAllowed, "UNSUPPORTED");
        Assert.Contains("localhost/team/app:all", refused.Text, StringComparison.Ordinal);
        (await registry.GetAsync("/v2/team/app/manifests/amd64")).Is(HttpStatusCode.OK);

        (await registry.SendAsync("DELETE", $"/v2/team/app/manifests/{Http.DigestOf(index)}")).Is(HttpStatusCode.Accepted);
        (await registry.SendAsync("DELETE", $"/v2/team/app/manifests/{image.Digest}")).Is(HttpStatusCode.Accepted);
        (await registry.GetAsync("/v2/team/app/manifests/amd64")).Is(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_digest_is_deleted_under_every_name_of_the_repository()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var image = await registry.PushImageAsync("1", "library/app", Layer);
        var manifest = await registry.Cache.ResolveAsync("localhost/library/app:1", Token);
        await registry.Cache.PublishAsync(manifest, ImageReference.Parse("docker.io/library/app:1"), null, Token);
        await registry.Cache.PublishAsync(manifest, ImageReference.Parse("quay.io/other/app:1"), null, Token);
        (await registry.SendAsync("DELETE", $"/v2/library/app/manifests/{image.Digest}")).Is(HttpStatusCode.Accepted);
        Assert.Equal(["quay.io/other/app:1"], (await registry.Cache.ListAsync(Token)).Select(entry => entry.Name));
    }
}
