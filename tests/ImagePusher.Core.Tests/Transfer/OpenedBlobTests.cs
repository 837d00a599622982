using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Tests.Registry;
using ImagePusher.Core.Transfer;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Core.Tests.Transfer;

/// <summary>A small blob is opened at its source while its upload is opened at the target; nothing of it is left behind.</summary>
public sealed class OpenedBlobTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static TimeSpan Long => TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(1)]
    [InlineData(500_000)]
    [InlineData(4 * 1024 * 1024)]
    public async Task The_upload_is_opened_while_the_source_is_read(int length)
    {
        var blob = MemoryBlob.Random(length);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var source = LoopbackServer.Start(exchange => ServeAsync(exchange, blob, asked));
        await using var target = LoopbackServer.Start(async exchange =>
        {
            // It would wait forever for a client that reads the source after the response.
            await (exchange.Method == "POST" ? asked.Task.WaitAsync(Long, Token) : Task.CompletedTask);
            await AcceptAsync(exchange);
        });
        await using var session = new RegistrySession();
        Assert.Equal(blob.TrueDigest, (await CopyAsync(session, blob, source.Address, target.Address)).Digest);
    }

    [Fact]
    public async Task A_large_blob_is_opened_when_its_bytes_are_needed()
    {
        var blob = MemoryBlob.Random((4 * 1024 * 1024) + 1);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var wasAsked = false;
        await using var source = LoopbackServer.Start(exchange => ServeAsync(exchange, blob, asked));
        await using var target = LoopbackServer.Start(exchange =>
        {
            wasAsked |= exchange.Method == "POST" && asked.Task.IsCompleted;
            return AcceptAsync(exchange);
        });
        await using var session = new RegistrySession();
        await CopyAsync(session, blob, source.Address, target.Address);
        Assert.False(wasAsked);
        Assert.True(asked.Task.IsCompleted);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(400)]
    public async Task A_rejected_upload_releases_the_slot_of_the_source(int status)
    {
        var blob = MemoryBlob.Random(100_000);
        await using var source = LoopbackServer.Start(
            exchange => ServeAsync(exchange, blob, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
        await using var target = LoopbackServer.Start(
            exchange => exchange.Method == "POST" ? exchange.RespondAsync(status, "{}") : AcceptAsync(exchange));
        await using var session = new RegistrySession(RegistrySession.Quick with { ThrottleLimit = 1 });
        for (var attempt = 0; attempt < 3; attempt++)
        {
            await Assert.ThrowsAnyAsync<RegistryException>(
                () => CopyAsync(session, blob, source.Address, target.Address).WaitAsync(Long, Token));
        }
    }

    [Fact]
    public async Task An_interrupted_upload_opens_the_remaining_bytes_again()
    {
        var blob = MemoryBlob.Random(3_000_000);
        await using var origin = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH").Take(2).CutUp(700_000);
        await using var session = new RegistrySession(RegistrySession.Quick with { ThrottleLimit = 1 });
        await session.Repository(origin.Address).WriteBlobAsync(blob, Token);
        await CopyAsync(session, blob, origin.Address, proxy.Address).WaitAsync(Long, Token);
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
    }

    [Fact]
    public async Task A_missing_blob_of_the_source_is_the_failure()
    {
        var blob = MemoryBlob.Random(100_000);
        await using var source = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var target = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAnyAsync<RegistryException>(() => CopyAsync(session, blob, source.Address, target.Address));
        Assert.Contains(source.Address, error.Message, StringComparison.Ordinal);
    }

    private static Task<BlobIdentity> CopyAsync(RegistrySession session, MemoryBlob blob, string source, string target) =>
        session.Repository(target).WriteBlobAsync(
            new CopiedBlob(
                session.Repository(source), blob.Descriptor, new BlobProgress(blob.Descriptor, isLayer: true), isVerifiedByTarget: true),
            Token);

    private static Task ServeAsync(ServerExchange exchange, MemoryBlob blob, TaskCompletionSource asked)
    {
        if (!exchange.Path.Contains("/blobs/", StringComparison.Ordinal))
        {
            return exchange.RespondAsync(200, "{}");
        }

        asked.TrySetResult();
        return exchange.RespondAsync(200, blob.Content, "application/octet-stream");
    }

    // As much of a registry as an upload needs.
    private static async Task AcceptAsync(ServerExchange exchange)
    {
        await exchange.ReadAllAsync();
        if (exchange.Method is "POST" or "PATCH")
        {
            exchange.Add("Location", "/v2/team/app/blobs/uploads/1");
        }

        await exchange.RespondAsync(exchange.Method switch { "GET" => 200, "PUT" => 201, _ => 202 });
    }
}
