using System.Net;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Registry;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>The next form of upload where a registry rejects one.</summary>
public sealed class UploadFormTests
{
    private const int Mebibyte = 1024 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(200)]
    [InlineData(202)]
    [InlineData(204)]
    public async Task Another_status_than_201_ends_an_upload_if_the_blob_is_stored(int status)
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PUT").SetStatus(status);
        await using var session = new RegistrySession();
        await session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(10), Token);
        Assert.Equal(["GET", "POST", "PATCH", "PUT", "HEAD"], proxy.Requests.Select(request => request.Method));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(202)]
    [InlineData(204)]
    public async Task Another_status_than_201_without_the_blob_is_an_error(int status)
    {
        var uploads = new SimpleUploads();
        await using var server =
            Serve(exchange => exchange.Method == "PUT" ? exchange.RespondAsync(status) : uploads.HandleAsync(exchange));
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(
            () => session.Repository(server.Address).WriteBlobAsync(MemoryBlob.Random(10), Token));
        Assert.Contains($"responded with {status} instead of 201", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_digest_in_the_last_response_is_detected()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PUT").SetResponseHeader("Docker-Content-Digest", Http.DigestOf([9]));
        await using var session = new RegistrySession();
        await Assert.ThrowsAsync<RegistryProtocolException>(
            () => session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(10), Token));
    }

    [Fact]
    public async Task DIGEST_INVALID_discards_the_session_and_restarts_once()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PUT").Take(1).Respond(400).WithBody("""{"errors":[{"code":"DIGEST_INVALID"}]}""");
        await using var session = new RegistrySession();
        await session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(1000), Token);
        Assert.Equal(2, proxy.Count("POST"));

        proxy.ClearRules();
        proxy.On("PUT").Respond(400).WithBody("""{"errors":[{"code":"DIGEST_INVALID"}]}""");
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(
            () => session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(1000, 2), Token));
        Assert.Equal("DIGEST_INVALID", error.ErrorCode);
        Assert.Equal(4, proxy.Count("POST"));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(411)]
    [InlineData(416)]
    [InlineData(501)]
    public async Task After_a_rejected_form_the_next_is_used_and_recorded_for_the_host(int status)
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH").Respond(status);
        await using var session = new RegistrySession();
        await session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(2 * Mebibyte), Token);
        Assert.Equal((1, 1), (proxy.Count("PATCH"), proxy.Count("PUT")));
        await session.Repository(proxy.Address, "other/app").WriteBlobAsync(MemoryBlob.Random(2 * Mebibyte, 2), Token);
        Assert.Equal((1, 2), (proxy.Count("PATCH"), proxy.Count("PUT")));
        Assert.Equal(0, registry.OpenUploads);
    }

    [Theory]
    [InlineData("2000000000")]
    [InlineData("3800000000")]
    [InlineData("99999999999999999999999")]
    public async Task A_minimum_chunk_beyond_the_limit_is_an_error_only_where_chunks_are_needed(string minimum)
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("POST").SetResponseHeader("OCI-Chunk-Min-Length", minimum);
        await using var session = new RegistrySession(
            RegistrySession.Quick with { UploadForm = UploadForm.Chunked, ChunkSize = Mebibyte },
            change: options => options with { Limits = new RegistryLimits { ChunkLength = 4 * Mebibyte } });
        var repository = session.Repository(proxy.Address);
        var error = await Assert.ThrowsAsync<LimitExceededException>(
            () => repository.WriteBlobAsync(MemoryBlob.Random(5 * Mebibyte), Token));
        Assert.Contains("OCI-Chunk-Min-Length", error.Message, StringComparison.Ordinal);
        Assert.Equal((0, 0), (proxy.Count("PATCH"), registry.OpenUploads));

        // Content that fits in one chunk is sent as the last chunk, which may be smaller.
        await repository.WriteBlobAsync(MemoryBlob.Random(2 * Mebibyte), Token);
        session.Client.SetSettings(proxy.Address, RegistrySession.Quick);
        await session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(6 * Mebibyte), Token);
    }

    [Fact]
    public async Task After_413_chunks_shrink_until_they_are_accepted()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.BodyLimit with { LargestBody = Mebibyte });
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(5 * Mebibyte);
        await session.Repository(registry.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));

        // The next blob uses the learned limit.
        var refused = registry.Requests.Count(request => request.Status == 413);
        await session.Repository(registry.Address).WriteBlobAsync(MemoryBlob.Random(5 * Mebibyte, 2), Token);
        Assert.Equal(refused, registry.Requests.Count(request => request.Status == 413));
    }

    [Fact]
    public async Task If_unknown_lengths_are_rejected_it_is_sent_in_chunks()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant with { TakesUnknownLength = false });
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(9 * Mebibyte, isKnown: false);
        await session.Repository(registry.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
    }

    [Fact]
    public async Task If_unknown_lengths_and_chunks_are_rejected_it_is_written_to_a_file_first()
    {
        using var spool = new TemporaryFolder();
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant with { TakesUnknownLength = false, RangeRefusal = 400 });
        await using var session = new RegistrySession(change: options => options with { SpoolFolder = spool.FullName });
        var blob = MemoryBlob.Random(9 * Mebibyte, isKnown: false);
        Assert.Equal(new BlobIdentity(blob.TrueDigest, 9 * Mebibyte),
            await session.Repository(registry.Address).WriteBlobAsync(blob, Token));
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
        Assert.Empty(Directory.EnumerateFiles(spool.FullName));
    }

    [Fact]
    public async Task A_blob_that_is_rejected_in_every_form_is_an_error_with_the_last_rejection()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH|PUT").Respond(405).WithBody("""{"errors":[{"code":"UNSUPPORTED","message":"read only"}]}""");
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(
            () => session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(1000), Token));
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "UNSUPPORTED"), (error.StatusCode, error.ErrorCode));
        Assert.Contains($"{proxy.Address}/team/app", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_that_must_exist_first_is_reported()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Ecr);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(
            () => session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(10), Token));
        Assert.Equal("NAME_UNKNOWN", error.ErrorCode);
        Assert.Contains("created before the first push", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(1, proxy.Count("POST"));
    }

    [Fact]
    public async Task HEAD_shows_whether_a_blob_exists_and_a_redirect_to_storage_means_that_it_does()
    {
        var there = MemoryBlob.Random(10).Descriptor;
        var stored = MemoryBlob.Random(10, 2).Descriptor;
        await using var server = Serve(exchange =>
        {
            if (exchange.Path.EndsWith(stored.Digest.ToString(), StringComparison.Ordinal))
            {
                exchange.Add("Location", "http://127.0.0.1:1/bucket/object?X-Amz-Signature=1");
                return exchange.RespondAsync(307);
            }

            return exchange.RespondAsync(exchange.Path.EndsWith(there.Digest.ToString(), StringComparison.Ordinal) ? 200 : 404,
                "0123456789");
        });
        await using var session = new RegistrySession();
        var repository = session.Repository(server.Address);
        Assert.True(await repository.HasBlobAsync(there, Token));
        Assert.True(await repository.HasBlobAsync(stored, Token));
        Assert.False(await repository.HasBlobAsync(MemoryBlob.Random(10, 3).Descriptor, Token));
    }

    // Answers GET /v2/ itself, and leaves the rest to the handler.
    private static LoopbackServer Serve(Func<ServerExchange, Task> handler) => LoopbackServer.Start(
        exchange => exchange.Path == "/v2/" ? exchange.RespondAsync(200, "{}") : handler(exchange));
}
