using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>Mounting blobs from another repository of the registry.</summary>
public sealed class BlobMountTests
{
    private static readonly MemoryBlob Config = new("{}"u8.ToArray());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_mount_succeeds_with_201()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(1000);
        await session.Repository(proxy.Address, "one/app").WriteBlobAsync(blob, Token);
        var two = session.Repository(proxy.Address, "two/app");
        Assert.Equal("one/app", two.MountCandidate(blob.Descriptor));
        Assert.True(await two.TryMountAsync(blob.Descriptor, Token));
        Assert.Matches(@"^/v2/two/app/blobs/uploads/\?mount=sha256%3A[0-9a-f]{64}&from=one%2Fapp$", proxy.RequestsOf("POST")[^1].Target);
        Assert.Equal([blob.TrueDigest.ToString()], registry.BlobsOf("two/app"));
    }

    [Fact]
    public async Task A_cached_image_is_mounted_from_the_repository_that_its_name_has_at_the_registry()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        var layer = MemoryBlob.Random(1000);
        var image = Image(layer);
        await using (var earlier = new RegistrySession())
        {
            await earlier.Repository(registry.Address, "one/app").WriteBlobAsync(layer, Token);
            await earlier.Repository(registry.Address, "one/app").WriteBlobAsync(Config, Token);
        }

        // Another process, which has only the name of the cached image.
        using var folder = new TemporaryFolder();
        var cache = ImageCache.Open(folder["cache"], new CacheOptions());
        await cache.WriteBlobAsync(layer, Token);
        await cache.WriteBlobAsync(Config, Token);
        var origin = ImageReference.Create(registry.Address, "one/app", "1");
        await cache.PublishAsync(image, origin, null, Token);
        await using var session = new RegistrySession();
        var target = session.Repository(registry.Address, "two/app");
        var selection = new ImageSelection(cache, image) { Origin = origin };
        var copier = new ImageCopier(new TransferSlots(), null);
        var name = ImageReference.Create(registry.Address, "two/app", "1");
        var plan = await copier.PlanAsync(selection, target, name, new CopyOptions(), Token);
        Assert.All(plan.Blobs, blob => Assert.Equal((PlannedAction.Mount, "one/app"), (blob.Action, blob.From)));
        var result = await copier.CopyAsync(selection, target, name, new CopyOptions(), new CopyMonitor(), Token);
        Assert.Equal((1, 0, 0L), (result.Mounted, result.Uploaded, result.BytesSent - image.Raw.Length));
    }

    [Theory]
    [InlineData("localhost:1", "one/app")]
    [InlineData("", "team/app")]
    public async Task An_origin_at_another_registry_or_in_the_same_repository_is_not_a_candidate(string registry, string repository)
    {
        await using var server = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(10).Descriptor;
        var target = session.Repository(server.Address);
        ((IImageTarget)target).SuggestOrigin(ImageReference.Create(registry.Length > 0 ? registry : server.Address, repository, "1"),
            [blob]);
        Assert.Null(target.MountCandidate(blob));
    }

    [Fact]
    public async Task An_origin_that_lacks_the_blob_costs_no_further_request()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(10);
        var target = session.Repository(registry.Address);
        ((IImageTarget)target).SuggestOrigin(ImageReference.Create(registry.Address, "gone/app", "1"), [blob.Descriptor]);
        Assert.False(await target.TryMountAsync(blob.Descriptor, Token));
        await target.WriteBlobAsync(blob, Token);
        Assert.Equal((1, 0), (registry.Count("POST"), registry.OpenUploads));
    }

    [Fact]
    public async Task Only_blobs_that_the_session_has_seen_are_mounted()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(1000);
        var repository = session.Repository(registry.Address);
        Assert.False(await repository.TryMountAsync(blob.Descriptor, Token));
        await repository.WriteBlobAsync(blob, Token);
        Assert.Null(repository.MountCandidate(blob.Descriptor));
        Assert.Equal(1, registry.Count("POST"));
    }

    [Fact]
    public async Task A_mount_with_the_response_202_continues_as_an_upload()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant with { Mounts = false });
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(1000);
        await session.Repository(registry.Address, "one/app").WriteBlobAsync(blob, Token);
        var two = session.Repository(registry.Address, "two/app");
        Assert.False(await two.TryMountAsync(blob.Descriptor, Token));
        await two.WriteBlobAsync(blob, Token);
        Assert.Equal((2, 0), (registry.Count("POST"), registry.OpenUploads));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(422)]
    [InlineData(500)]
    [InlineData(501)]
    public async Task A_rejected_mount_becomes_an_upload(int status)
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("POST", "mount=").Respond(status);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(1000);
        await session.Repository(proxy.Address, "one/app").WriteBlobAsync(blob, Token);
        var two = session.Repository(proxy.Address, "two/app");
        Assert.False(await two.TryMountAsync(blob.Descriptor, Token));
        await two.WriteBlobAsync(blob, Token);
        Assert.Equal([blob.TrueDigest.ToString()], registry.BlobsOf("two/app"));
    }

    [Fact]
    public async Task A_missing_source_does_not_mean_that_the_registry_rejects_mounts()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        var blobs = Enumerable.Range(1, 4).Select(seed => MemoryBlob.Random(1000, seed)).ToList();
        foreach (var blob in blobs)
        {
            await session.Repository(proxy.Address, blob == blobs[^1] ? "other/app" : "gone/app").WriteBlobAsync(blob, Token);
        }

        // Images that share blobs wait for one upload and mount the rest, as long as the registry is one store.
        proxy.On("POST", "from=gone").Respond(404);
        var target = session.Repository(proxy.Address, "new/app");
        Assert.False(await target.TryMountAsync(blobs[0].Descriptor, Token));
        Assert.False(await target.TryMountAsync(blobs[1].Descriptor, Token));
        Assert.Equal(proxy.Address, target.Store);

        // Two sources in a row mean that it does not mount; one that is mounted means that it does.
        proxy.On("POST", "from=other").Take(1).Respond(404);
        Assert.False(await target.TryMountAsync(blobs[3].Descriptor, Token));
        Assert.Equal($"{proxy.Address}/new/app", target.Store);
        proxy.ClearRules();
        Assert.True(await target.TryMountAsync(blobs[2].Descriptor, Token));
        Assert.Equal(proxy.Address, target.Store);
    }

    // Answers GET /v2/ itself, and leaves the rest to the handler.
    private static LoopbackServer Serve(Func<ServerExchange, Task> handler) => LoopbackServer.Start(
        exchange => exchange.Path == "/v2/" ? exchange.RespondAsync(200, "{}") : handler(exchange));

    private static ImageManifest Image(MemoryBlob layer) => ImageManifest.Create(
        MediaTypes.OciManifest, new Descriptor(MediaTypes.OciConfig, Config.TrueDigest, Config.Content.Length), [layer.Descriptor]);
}
