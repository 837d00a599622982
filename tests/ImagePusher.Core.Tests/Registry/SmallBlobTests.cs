using ImagePusher.Core.Abstractions;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>Small blobs are sent by a monolithic upload, which saves a request, where the registry accepts it.</summary>
public sealed class SmallBlobTests
{
    private const int Mebibyte = 1024 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, "POST PUT")]
    [InlineData(1000, "POST PUT")]
    [InlineData(Mebibyte - 1, "POST PUT")]
    [InlineData(Mebibyte, "POST PATCH PUT")]
    public async Task A_blob_below_1_MiB_is_POST_and_one_PUT(int size, string requests)
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession(RegistrySession.SmallApart);
        var blob = MemoryBlob.Random(size);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal($"GET {requests}", string.Join(' ', proxy.Requests.Select(request => request.Method)));
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
    }

    [Fact]
    public async Task A_small_blob_of_unknown_digest_is_streamed()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession(RegistrySession.SmallApart);
        await session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(1000, isKnown: false), Token);
        Assert.Equal(["GET", "POST", "PATCH", "PUT"], proxy.Requests.Select(request => request.Method));
    }

    [Fact]
    public async Task After_a_rejection_it_is_streamed_and_not_retried()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Artifactory);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession(RegistrySession.SmallApart);
        for (var number = 0; number < 3; number++)
        {
            var blob = MemoryBlob.Random(1000);
            await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
            Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
        }

        Assert.Equal(1, proxy.RequestsOf("PUT").Count(request => request.BytesUp > 0));
        Assert.Equal(3, proxy.Count("PATCH"));
    }

    [Fact]
    public async Task It_does_not_apply_to_larger_blobs()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession(RegistrySession.SmallApart);
        await session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(1000), Token);
        await session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(2 * Mebibyte), Token);
        await session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(1000), Token);
        Assert.Equal(["POST", "PUT", "POST", "PATCH", "PUT", "POST", "PUT"], proxy.Requests.Skip(1).Select(request => request.Method));
    }

    [Fact]
    public async Task An_interrupted_or_delayed_request_is_sent_again()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PUT").Take(1).DropRequest();
        proxy.On("PUT").Nth(2).Respond(503);
        await using var session = new RegistrySession(RegistrySession.SmallApart);
        var blob = MemoryBlob.Random(10_000);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(3, blob.Opened);
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
    }

    [Fact]
    public async Task A_blob_whose_response_was_lost_is_not_sent_again()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PUT").Take(1).LoseResponse();
        await using var session = new RegistrySession(RegistrySession.SmallApart);
        var blob = MemoryBlob.Random(10_000);
        Assert.Equal(new BlobIdentity(blob.TrueDigest, 10_000), await session.Repository(proxy.Address).WriteBlobAsync(blob, Token));
        Assert.Equal(["GET", "POST", "PUT", "HEAD"], proxy.Requests.Select(request => request.Method));
    }

    [Fact]
    public async Task Another_digest_in_the_response_is_detected()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PUT").SetResponseHeader("Docker-Content-Digest", Http.DigestOf([9]));
        await using var session = new RegistrySession(RegistrySession.SmallApart);
        await Assert.ThrowsAsync<RegistryProtocolException>(
            () => session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(10), Token));
    }
}
