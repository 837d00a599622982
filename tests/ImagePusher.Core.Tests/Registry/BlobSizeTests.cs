using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>A blob that the registry has with another size than its descriptor's.</summary>
public sealed class BlobSizeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("7")]
    [InlineData("1000000")]
    [InlineData("0")]
    public async Task A_size_in_the_response_to_HEAD_is_confirmed_by_one_ranged_GET(string length)
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(1000);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        proxy.On("HEAD").SetResponseHeader("Content-Length", length);
        proxy.Forget();
        Assert.True(await session.Repository(proxy.Address).HasBlobAsync(blob.Descriptor, Token));
        Assert.Equal(["HEAD", "GET"], proxy.Requests.Select(request => request.Method));
        Assert.Equal("bytes=999-", proxy.RequestsOf("GET").Single().Header("Range"));
    }

    [Fact]
    public async Task A_missing_size_is_ignored()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(1000);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        proxy.On("HEAD").SetResponseHeader("Content-Length", null);
        proxy.Forget();
        Assert.True(await session.Repository(proxy.Address).HasBlobAsync(blob.Descriptor, Token));
        Assert.Single(proxy.Requests);
    }

    [Fact]
    public async Task If_reading_is_denied_an_unconfirmed_size_is_ignored()
    {
        await using var server = LoopbackServer.Start(exchange =>
        {
            exchange.Add("Content-Length", "7");
            return exchange.RespondAsync(exchange.Method == "GET" && exchange.Path != "/v2/" ? 403 : 200);
        });
        await using var session = new RegistrySession();
        Assert.True(await session.Repository(server.Address).HasBlobAsync(MemoryBlob.Random(1000).Descriptor, Token));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(2000)]
    [InlineData(0)]
    public async Task A_damaged_blob_is_uploaded_again(int length)
    {
        var uploads = new SimpleUploads();
        var blob = MemoryBlob.Random(1000);
        uploads.Blobs[blob.TrueDigest.ToString()] = new byte[length];
        await using var server = Serve(uploads);
        await using var session = new RegistrySession();
        var repository = session.Repository(server.Address);
        Assert.False(await repository.HasBlobAsync(blob.Descriptor, Token));
        await repository.WriteBlobAsync(blob, Token);
        Assert.Equal(blob.Content, uploads.Blobs[blob.TrueDigest.ToString()]);
        Assert.Contains("has the wrong size; expected 1000 bytes", Assert.Single(session.Log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_keeps_a_damaged_blob_fails_the_push()
    {
        var uploads = new SimpleUploads { KeepsExisting = true };
        var blob = MemoryBlob.Random(1000);
        uploads.Blobs[blob.TrueDigest.ToString()] = new byte[10];
        await using var server = Serve(uploads);
        await using var session = new RegistrySession();
        var repository = session.Repository(server.Address);
        Assert.False(await repository.HasBlobAsync(blob.Descriptor, Token));
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(() => repository.WriteBlobAsync(blob, Token));
        Assert.Contains("keeps its damaged copy", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task docker_registry_keeps_a_damaged_blob_and_the_push_says_so()
    {
        ExternalTools.Require("docker-registry");
        await using var registry = await DockerRegistry.StartAsync(Token);
        await using var session = new RegistrySession();
        var repository = session.Repository(registry.Address);
        var blob = MemoryBlob.Random(100_000);
        await repository.WriteBlobAsync(blob, Token);
        await File.WriteAllBytesAsync(registry.Blobs()[blob.TrueDigest.ToString()].FullName, new byte[10], Token);
        Assert.False(await repository.HasBlobAsync(blob.Descriptor, Token));
        await Assert.ThrowsAsync<RegistryProtocolException>(() => repository.WriteBlobAsync(blob, Token));
    }

    private static LoopbackServer Serve(SimpleUploads uploads) => LoopbackServer.Start(
        exchange => exchange.Path == "/v2/" ? exchange.RespondAsync(200, "{}") : uploads.HandleAsync(exchange));
}
