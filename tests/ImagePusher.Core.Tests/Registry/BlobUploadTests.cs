using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Registry;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>The requests of a blob upload, in each form (distribution-spec, Pushing Blobs).</summary>
public sealed class BlobUploadTests
{
    private const int Mebibyte = 1024 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task POST_has_the_trailing_slash_and_a_length_of_0()
    {
        var seen = new List<(string Method, string Target, long? Length)>();
        var uploads = new SimpleUploads();
        await using var server = Serve(exchange =>
        {
            seen.Add((exchange.Method, exchange.Target, exchange.Header("Content-Length") is { } length ? long.Parse(length, null) : null));
            return uploads.HandleAsync(exchange);
        });
        await using var session = new RegistrySession();
        await session.Repository(server.Address).WriteBlobAsync(MemoryBlob.Random(10), Token);
        Assert.Equal(("POST", "/v2/team/app/blobs/uploads/", 0L), seen[0]);
    }

    [Fact]
    public async Task The_default_is_one_PATCH_without_Content_Range_and_an_empty_PUT()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(3 * Mebibyte);
        var identity = await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(new BlobIdentity(blob.TrueDigest, blob.Content.Length), identity);
        Assert.Equal(["GET", "POST", "PATCH", "PUT"], proxy.Requests.Select(request => request.Method));
        var patch = proxy.RequestsOf("PATCH").Single();
        Assert.Null(patch.Header("Content-Range"));
        Assert.Equal($"{blob.Content.Length}", patch.Header("Content-Length"));
        Assert.Equal("application/octet-stream", patch.Header("Content-Type"));
        Assert.Equal("0", proxy.RequestsOf("PUT").Single().Header("Content-Length"));
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
        Assert.Equal(1, blob.Opened);
    }

    [Fact]
    public async Task A_blob_of_unknown_length_is_sent_with_chunked_transfer_coding_in_one_PATCH()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(9 * Mebibyte, isKnown: false);
        Assert.Equal(blob.TrueDigest, (await session.Repository(proxy.Address).WriteBlobAsync(blob, Token)).Digest);
        var patch = proxy.RequestsOf("PATCH").Single();
        Assert.Equal(("chunked", null), (patch.Header("Transfer-Encoding"), patch.Header("Content-Length")));
    }

    [Fact]
    public async Task An_empty_blob_is_uploaded()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var session = new RegistrySession();
        foreach (var isKnown in new[] { true, false })
        {
            var blob = new MemoryBlob([], isKnown);
            Assert.Equal(new BlobIdentity(blob.TrueDigest, 0),
                await session.Repository(registry.Address, $"a/{isKnown}".ToLowerInvariant()).WriteBlobAsync(blob, Token));
        }
    }

    [Fact]
    public async Task A_monolithic_upload_is_POST_and_one_PUT()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession(RegistrySession.Quick with { UploadForm = UploadForm.Monolithic });
        var blob = MemoryBlob.Random(2 * Mebibyte);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(["GET", "POST", "PUT"], proxy.Requests.Select(request => request.Method));
        Assert.Equal(blob.Content.Length, proxy.RequestsOf("PUT").Single().BytesUp);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Chunks_have_a_Content_Range_without_unit_and_total(bool isKnown)
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession(RegistrySession.Quick with { UploadForm = UploadForm.Chunked, ChunkSize = Mebibyte });
        var blob = MemoryBlob.Random((2 * Mebibyte) + 500, isKnown: isKnown);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(["0-1048575", "1048576-2097151", "2097152-2097651"],
            proxy.RequestsOf("PATCH").Select(request => request.Header("Content-Range")));
        Assert.Equal(["1048576", "1048576", "500"], proxy.RequestsOf("PATCH").Select(request => request.Header("Content-Length")));
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
    }

    [Theory]
    [InlineData(201, "0-1048575")]
    [InlineData(202, "bytes=0-1048575")]
    [InlineData(204, null)]
    [InlineData(200, "0-0")]
    public async Task Chunks_are_accepted_with_201_202_204_and_any_Range(int status, string? range)
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant with { PatchStatus = status });
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH").SetResponseHeader("Range", range);
        await using var session = new RegistrySession(RegistrySession.Quick with { UploadForm = UploadForm.Chunked, ChunkSize = Mebibyte });
        var blob = MemoryBlob.Random(3 * Mebibyte);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(blob.Content.Length, proxy.BytesUp());
    }

    [Fact]
    public async Task All_chunks_but_the_last_are_as_long_as_OCI_Chunk_Min_Length()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.WithMinimumChunk);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession(RegistrySession.Quick with { UploadForm = UploadForm.Chunked, ChunkSize = Mebibyte });
        await session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(9 * Mebibyte), Token);
        Assert.Equal([4 * Mebibyte, 4 * Mebibyte, Mebibyte], proxy.RequestsOf("PATCH").Select(request => request.BytesUp));
    }

    [Fact]
    public async Task After_a_lost_connection_the_status_is_requested_and_the_upload_resumed()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH").Take(1).CutUp(3 * Mebibyte);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(8 * Mebibyte);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
        Assert.Equal(1, proxy.Count("POST"));
        Assert.Equal(blob.Content.Length, proxy.BytesUp());
        Assert.Equal($"{3 * Mebibyte}-{(8 * Mebibyte) - 1}", proxy.RequestsOf("PATCH")[1].Header("Content-Range"));
    }

    [Fact]
    public async Task A_lost_session_is_restarted()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Distribution);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH").Take(1).CutUp(3 * Mebibyte);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(8 * Mebibyte);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
        Assert.Equal(2, proxy.Count("POST"));
    }

    [Fact]
    public async Task After_a_loss_chunks_have_at_most_half_the_received_length_and_new_connections()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Distribution);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH").CutUp(6 * Mebibyte, scope: CutScope.Connection);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(20 * Mebibyte);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
        var chunks = proxy.RequestsOf("PATCH").Where(request => !request.WasCut).ToList();
        Assert.All(chunks, chunk => Assert.InRange(chunk.BytesUp, 1, 6 * Mebibyte));
        Assert.Equal(chunks.Count, chunks.Select(chunk => chunk.Connection).Distinct().Count());
        Assert.InRange(proxy.BytesUp(), blob.Content.Length, blob.Content.Length + (7 * Mebibyte));
    }

    [Fact]
    public async Task A_status_of_0_0_means_no_bytes()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH").Take(1).CutUp(0);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(1000);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
    }

    [Fact]
    public async Task A_416_reports_the_offset_to_continue_at()
    {
        // Quay's status counts one byte too many.
        await using var registry = FakeRegistry.Start(RegistryProfile.Quay);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH").Nth(3).CutUp(100_000);
        await using var session = new RegistrySession(RegistrySession.Quick with { UploadForm = UploadForm.Chunked, ChunkSize = Mebibyte });
        var blob = MemoryBlob.Random(5 * Mebibyte);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
        Assert.Equal(1, proxy.Count("POST"));
    }

    [Fact]
    public async Task A_lost_response_to_the_last_PUT_does_not_cause_another_upload()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PUT").Take(1).LoseResponse();
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(2 * Mebibyte);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(blob.Content.Length, proxy.BytesUp());
    }

    [Fact]
    public async Task A_failed_source_cancels_the_upload_and_its_error_is_unchanged()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        var thrown = new DigestMismatchException("a layer", "sha256:a", "sha256:b");
        var blob = MemoryBlob.Random(4 * Mebibyte);
        var failing = new MemoryBlob(blob.Content) { BeforeWrite = at => _ = at > 2 * Mebibyte ? throw thrown : 0 };
        Assert.Same(thrown, await Assert.ThrowsAsync<DigestMismatchException>(
            () => session.Repository(proxy.Address).WriteBlobAsync(failing, Token)));
        Assert.Equal(1, proxy.Count("DELETE"));
        Assert.Equal((1, 0), (proxy.Count("PATCH"), registry.OpenUploads));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(416)]
    [InlineData(503)]
    public async Task A_rejection_of_the_source_is_not_reported_as_one_of_the_target(int status)
    {
        // From registry to registry: the body that the source refuses makes the other one's request fail.
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var source =
            Serve(exchange => exchange.RespondAsync(status, """{"errors":[{"code":"BLOB_UNKNOWN","message":"gone"}]}"""));
        await using var session = new RegistrySession();
        foreach (var form in new[] { UploadForm.Auto, UploadForm.Chunked })
        {
            proxy.Forget();
            session.Client.SetSettings(proxy.Address, RegistrySession.Quick with { UploadForm = form });
            var wanted = MemoryBlob.Random(1000).Descriptor;
            var from = session.Repository(source.Address, "base/image", retries: 0);
            var blob = new StoredBlob(wanted, from.Description, (offset, token) => from.OpenBlobAsync(wanted, offset, token));
            var error = await Assert.ThrowsAnyAsync<RegistryException>(() => session.Repository(proxy.Address).WriteBlobAsync(blob, Token));
            Assert.Contains($"{source.Address}/base/image", error.Message, StringComparison.Ordinal);
            Assert.Equal((1, 1), (proxy.Count("POST"), proxy.Count("DELETE")));
            Assert.InRange(proxy.Count("PATCH|PUT"), 0, 1);
        }
    }

    [Fact]
    public async Task Cancellation_is_reported_as_such_and_cancels_the_upload()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        var stalled = proxy.On("PATCH").StallUp(Mebibyte);
        await using var session = new RegistrySession();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var upload = session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(30 * Mebibyte), stop.Token);
        await stalled.Reached.WaitAsync(Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upload);
        Assert.Equal(1, proxy.Count("DELETE"));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(500)]
    public async Task A_rejected_cancellation_is_ignored(int status)
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("DELETE").Respond(status);
        await using var session = new RegistrySession();
        var failing = new MemoryBlob(new byte[1000]) { BeforeWrite = _ => throw new DigestMismatchException("a", "b", "c") };
        await Assert.ThrowsAsync<DigestMismatchException>(() => session.Repository(proxy.Address).WriteBlobAsync(failing, Token));
        Assert.Equal(1, proxy.Count("DELETE"));
    }

    // Answers GET /v2/ itself, and leaves the rest to the handler.
    private static LoopbackServer Serve(Func<ServerExchange, Task> handler) => LoopbackServer.Start(
        exchange => exchange.Path == "/v2/" ? exchange.RespondAsync(200, "{}") : handler(exchange));
}
