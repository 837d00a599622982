using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;
using Microsoft.Extensions.Time.Testing;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>Reading blobs, and resuming by Range after a lost connection.</summary>
public sealed class DownloadTests
{
    private const int Mebibyte = 1024 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(CutKind.Reset)]
    [InlineData(CutKind.Close)]
    public async Task A_blob_that_is_interrupted_repeatedly_is_complete_and_read_once(CutKind kind)
    {
        var (size, step) = ExternalTools.LongForm ? (200 * Mebibyte, 20 * Mebibyte) : (20 * Mebibyte, 2 * Mebibyte);
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(size);
        var repository = session.Repository(proxy.Address);
        await repository.WriteBlobAsync(blob, Token);
        proxy.On("GET", "blobs").CutDown(step, kind);
        await ReadAsync(repository, blob.Descriptor);
        Assert.InRange(proxy.Count("GET", "blobs"), size / step, (size / step) + 3);
        var read = proxy.BytesDown("GET", "blobs");
        TestContext.Current.TestOutputHelper!.WriteLine(
            FormattableString.Invariant($"figure: {read} bytes for {size}: {(double)read / size:0.000}"));
        Assert.InRange(read, size, size * 11L / 10);
        Assert.All(proxy.RequestsOf("GET", "blobs").Skip(1),
            request => Assert.StartsWith("bytes=", request.Header("Range"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Known_bytes_of_a_server_that_ignores_Range_are_skipped()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(3 * Mebibyte);
        var repository = session.Repository(proxy.Address);
        await repository.WriteBlobAsync(blob, Token);
        proxy.On("GET", "blobs").DropRequestHeader("Range");
        proxy.On("GET", "blobs").Take(1).CutDown(Mebibyte);
        await ReadAsync(repository, blob.Descriptor);
        Assert.Equal(2, proxy.Count("GET", "blobs"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_later_offset_is_read_by_Range(bool ignoresRange)
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(300_000);
        var repository = session.Repository(proxy.Address);
        await repository.WriteBlobAsync(blob, Token);
        if (ignoresRange)
        {
            proxy.On("GET", "blobs").DropRequestHeader("Range");
        }

        foreach (var offset in new[] { 1, 150_000, 299_999, 300_000 })
        {
            await using var stream = await repository.OpenBlobAsync(blob.Descriptor, offset, Token);
            using var memory = new MemoryStream();
            await stream.CopyToAsync(memory, Token);
            Assert.Equal(blob.Content[offset..], memory.ToArray());
        }
    }

    [Fact]
    public async Task A_body_that_ends_early_in_a_complete_message_is_resumed()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(300_000);
        var repository = session.Repository(proxy.Address);
        await repository.WriteBlobAsync(blob, Token);
        proxy.On("GET", "blobs").Take(1).TruncateBody(100_000);
        await ReadAsync(repository, blob.Descriptor);
        Assert.Equal("bytes=100000-", proxy.RequestsOf("GET", "blobs")[1].Header("Range"));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_blob_of_another_size_than_announced_is_detected(int more)
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(300_000);
        var repository = session.Repository(registry.Address);
        await repository.WriteBlobAsync(blob, Token);
        var error = await Assert.ThrowsAsync<DigestMismatchException>(
            () => ReadAsync(repository, blob.Descriptor with { Size = 300_000 + more }));
        Assert.Equal(($"{300_000 + more} bytes", "300000 bytes"), (error.Expected, error.Actual));
    }

    [Fact]
    public async Task A_changed_byte_is_detected_by_verification()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(300_000);
        var repository = session.Repository(proxy.Address);
        await repository.WriteBlobAsync(blob, Token);
        proxy.On("GET", "blobs").FlipByte(200_000);
        await Assert.ThrowsAsync<DigestMismatchException>(() => ReadAsync(repository, blob.Descriptor));
    }

    [Fact]
    public async Task A_missing_blob_is_reported_when_it_is_opened()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(10).Descriptor;
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(
            () => session.Repository(registry.Address).OpenBlobAsync(blob, 0, Token));
        Assert.Equal("BLOB_UNKNOWN", error.ErrorCode);
        Assert.Contains($"{blob.Digest} of {registry.Address}/team/app", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_download_that_makes_no_progress_ends_after_the_retries()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(3 * Mebibyte);
        var repository = session.Repository(proxy.Address, retries: 3);
        await repository.WriteBlobAsync(blob, Token);
        proxy.On("GET", "blobs").Take(1).CutDown(Mebibyte);
        proxy.On("GET", "blobs").Skip(1).CutDown(0);
        await Assert.ThrowsAsync<RegistryUnreachableException>(() => ReadAsync(repository, blob.Descriptor));
        Assert.Equal(5, proxy.Count("GET", "blobs"));
    }

    [Fact]
    public async Task A_retry_count_of_0_does_not_resume()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(3 * Mebibyte);
        var repository = session.Repository(proxy.Address, retries: 0);
        await repository.WriteBlobAsync(blob, Token);
        proxy.On("GET", "blobs").CutDown(Mebibyte);
        await Assert.ThrowsAsync<RegistryUnreachableException>(() => ReadAsync(repository, blob.Descriptor));
        Assert.Equal(1, proxy.Count("GET", "blobs"));
    }

    [Fact]
    public async Task A_stalled_download_is_canceled_after_the_idle_time_and_resumed()
    {
        var time = new FakeTimeProvider();
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession(time: time);
        var blob = MemoryBlob.Random(3 * Mebibyte);
        var repository = session.Repository(proxy.Address);
        await repository.WriteBlobAsync(blob, Token);
        var stalled = proxy.On("GET", "blobs").Take(1).StallDown(Mebibyte);
        var read = ReadAsync(repository, blob.Descriptor);
        await stalled.Reached.WaitAsync(Token);
        while (!session.Log.Text.Contains("sent no data for 60 seconds", StringComparison.Ordinal))
        {
            // The last bytes may still be in transit; each read restarts the timer.
            time.Advance(TimeSpan.FromSeconds(61));
            await Task.Yield();
        }

        await read;
        // The clock may run on before the log is seen, and end the next request too.
        Assert.InRange(proxy.Count("GET", "blobs"), 2, 10);
        Assert.StartsWith("bytes=", proxy.RequestsOf("GET", "blobs")[1].Header("Range"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_reader_has_no_time_limit()
    {
        // The time is measured only while the connection is awaited.
        var time = new FakeTimeProvider();
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession(time: time);
        var blob = MemoryBlob.Random(300_000);
        var repository = session.Repository(proxy.Address);
        await repository.WriteBlobAsync(blob, Token);
        await using var stream = await repository.OpenBlobAsync(blob.Descriptor, 0, Token);
        var buffer = new byte[100_000];
        for (var left = blob.Content.Length; left > 0; left -= await stream.ReadAsync(buffer, Token))
        {
            time.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal(1, proxy.Count("GET", "blobs"));
    }

    [Fact]
    public async Task Canceling_a_stalled_read_ends_it()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(3 * Mebibyte);
        var repository = session.Repository(proxy.Address);
        await repository.WriteBlobAsync(blob, Token);
        var stalled = proxy.On("GET", "blobs").StallDown(Mebibyte);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var stream = await repository.OpenBlobAsync(blob.Descriptor, 0, stop.Token);
        var copy = stream.CopyToAsync(Stream.Null, stop.Token);
        await stalled.Reached.WaitAsync(Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => copy);
    }

    [Fact]
    public async Task The_number_of_concurrent_blob_reads_is_limited()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var session = new RegistrySession(RegistrySession.Quick with { ThrottleLimit = 2 });
        var blob = MemoryBlob.Random(1000);
        var repository = session.Repository(registry.Address);
        await repository.WriteBlobAsync(blob, Token);
        var one = await repository.OpenBlobAsync(blob.Descriptor, 0, Token);
        await using var two = await repository.OpenBlobAsync(blob.Descriptor, 0, Token);
        var three = repository.OpenBlobAsync(blob.Descriptor, 0, Token);
        Assert.False(three.IsCompleted);
        await one.DisposeAsync();
        await using var third = await three;
        Assert.Equal(2, repository.ParallelBlobs);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_copy_that_is_too_short_is_reported_as_damaged(bool ignoresRange)
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(300_000);
        var repository = session.Repository(proxy.Address);
        await repository.WriteBlobAsync(blob, Token);
        if (ignoresRange)
        {
            proxy.On("GET", "blobs").DropRequestHeader("Range");
        }

        var error = await Assert.ThrowsAsync<DigestMismatchException>(() => ReadAsync(repository, blob.Descriptor with { Size = 400_000 }));
        Assert.Equal(("400000 bytes", "300000 bytes"), (error.Expected, error.Actual));
        Assert.Contains("The registry's copy of the blob is damaged", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(2, proxy.Count("GET", "blobs"));
    }

    [Fact]
    public async Task An_empty_body_with_200_is_reported_as_damaged()
    {
        await using var server = LoopbackServer.Start(exchange => exchange.RespondAsync(200));
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<DigestMismatchException>(
            () => ReadAsync(session.Repository(server.Address), MemoryBlob.Random(1000).Descriptor));
        Assert.Contains("damaged", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_few_bytes_per_connection_are_not_progress()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(300_000);
        var repository = session.Repository(proxy.Address);
        await repository.WriteBlobAsync(blob, Token);
        proxy.On("GET", "blobs").CutDown(1, CutKind.Close);
        var error = await Assert.ThrowsAsync<LimitExceededException>(() => ReadAsync(repository, blob.Descriptor));
        Assert.Contains("fewer than 65536 bytes arrived", error.Message, StringComparison.Ordinal);
        Assert.InRange(proxy.Count("GET", "blobs"), 2, 12);
    }

    private static async Task ReadAsync(RegistryRepository repository, Descriptor blob)
    {
        await using var stream = new VerifyingStream(await repository.OpenBlobAsync(blob, 0, Token), blob, "a test's blob");
        await stream.CopyToAsync(Stream.Null, 256 * 1024, Token);
    }
}
