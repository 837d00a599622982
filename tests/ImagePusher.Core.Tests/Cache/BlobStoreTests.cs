using System.Security.Cryptography;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Cache;

public sealed class BlobStoreTests : CacheTest
{
    private readonly byte[] _bytes = MemoryImage.RandomBytes(new Random(5), 300_000);

    private Digest Known => Digest.Of(_bytes);

    private BlobStore Blobs => Cache.Blobs;

    [Fact]
    public async Task An_interrupted_transfer_keeps_its_partial_blob_and_the_next_one_resumes_it()
    {
        var blob = new FaultyBlob(_bytes) { BreakAfter = 200_000 };
        await Assert.ThrowsAsync<IOException>(() => Blobs.WriteAsync(blob, Token));
        Assert.Equal(200_000, new FileInfo(PartialFile(Known)).Length);
        Assert.Null(Blobs.SizeOf(Known));

        blob.BreakAfter = null;
        Assert.Equal(new BlobIdentity(Known, _bytes.Length), await ImageCache.Open(Root).WriteBlobAsync(blob, Token));
        Assert.Equal([0, 200_000], blob.Offsets);
        await AssertStoredAsync();
    }

    [Fact]
    public async Task A_complete_partial_blob_is_not_downloaded_again()
    {
        await PrepareAsync(_bytes);
        var blob = new FaultyBlob(_bytes);
        await Blobs.WriteAsync(blob, Token);
        Assert.Empty(blob.Offsets);
        await AssertStoredAsync();
    }

    [Fact]
    public async Task A_partial_blob_with_wrong_bytes_is_discarded_and_written_again()
    {
        await PrepareAsync([.. _bytes.AsSpan(0, 1000), .. new byte[500]]);
        var blob = new FaultyBlob(_bytes);
        await Blobs.WriteAsync(blob, Token);
        Assert.Equal([1500, 0], blob.Offsets);
        await AssertStoredAsync();
    }

    [Fact]
    public async Task A_partial_blob_that_is_too_long_is_discarded()
    {
        await PrepareAsync([.. _bytes, 0]);
        var blob = new FaultyBlob(_bytes);
        await Blobs.WriteAsync(blob, Token);
        Assert.Equal([0], blob.Offsets);
        await AssertStoredAsync();
    }

    [Fact]
    public async Task Bytes_of_another_digest_are_a_DigestMismatch_and_are_deleted()
    {
        var expected = new Descriptor("", Digest.Of("other"u8), _bytes.Length);
        var error = await Assert.ThrowsAsync<DigestMismatchException>(() => Blobs.WriteAsync(MemoryImage.Source(_bytes, expected), Token));
        Assert.Equal((expected.Digest.ToString(), Known.ToString()), (error.Expected, error.Actual));
        Assert.Empty(PartialFiles);
        Assert.Null(Blobs.SizeOf(expected.Digest));
    }

    [Fact]
    public async Task A_resumed_blob_of_another_digest_is_a_DigestMismatch_too()
    {
        var expected = new Descriptor("", Digest.Of("other"u8), _bytes.Length);
        await PrepareAsync(_bytes[..1000], expected.Digest);
        await Assert.ThrowsAsync<DigestMismatchException>(() => Blobs.WriteAsync(MemoryImage.Source(_bytes, expected), Token));
        Assert.Empty(PartialFiles);
    }

    [Fact]
    public async Task A_source_with_another_identity_than_announced_is_a_DigestMismatch()
    {
        var blob = new IncorrectBlob(_bytes);
        await Assert.ThrowsAsync<DigestMismatchException>(() => Blobs.WriteAsync(blob, Token));
        Assert.Empty(PartialFiles);
    }

    [Fact]
    public async Task A_blob_of_unknown_digest_is_named_by_its_computed_digest()
    {
        var identity = await Blobs.WriteAsync(new FaultyBlob(_bytes) { IsUnknown = true }, Token);
        Assert.Equal(new BlobIdentity(Known, _bytes.Length), identity);
        await AssertStoredAsync();
    }

    [Fact]
    public async Task An_interrupted_blob_of_unknown_digest_leaves_nothing()
    {
        await Assert.ThrowsAsync<IOException>(() => Blobs.WriteAsync(new FaultyBlob(_bytes) { IsUnknown = true, BreakAfter = 10 }, Token));
        Assert.Empty(PartialFiles);
    }

    [Fact]
    public async Task A_second_writer_of_a_blob_waits_for_the_first_and_fetches_nothing()
    {
        var gate = new TaskCompletionSource();
        var (first, second) = (new FaultyBlob(_bytes) { HoldUntil = gate.Task }, new FaultyBlob(_bytes));
        var one = Blobs.WriteAsync(first, Token);
        await first.Holding.Task;
        var log = new RecordingLogger();
        var two = ImageCache.Open(Root, new CacheOptions { Log = log }).WriteBlobAsync(second, Token);
        Assert.False(two.IsCompleted);
        gate.SetResult();

        Assert.Equal(await one, await two);
        Assert.Empty(second.Offsets);
        await AssertStoredAsync();
    }

    [Fact]
    public async Task A_second_writer_resumes_an_interrupted_write()
    {
        var gate = new TaskCompletionSource();
        var (first, second) = (new FaultyBlob(_bytes) { HoldUntil = gate.Task, BreakAfter = 150_000 }, new FaultyBlob(_bytes));
        var one = Blobs.WriteAsync(first, Token);
        await first.Holding.Task;
        var two = Blobs.WriteAsync(second, Token);
        gate.SetResult();
        await Assert.ThrowsAsync<IOException>(() => one);
        await two;
        Assert.Equal([150_000], second.Offsets);
        await AssertStoredAsync();
    }

    [Fact]
    public async Task A_stalled_writer_is_waited_for_up_to_the_time_limit()
    {
        var (gate, log) = (new TaskCompletionSource(), new RecordingLogger());
        var (first, second) = (new FaultyBlob(_bytes) { HoldUntil = gate.Task }, new FaultyBlob(_bytes));
        var one = Blobs.WriteAsync(first, Token);
        await first.Holding.Task;
        await ImageCache.Open(Root, new CacheOptions { BusyBlobTimeout = TimeSpan.FromMilliseconds(50), Log = log }).WriteBlobAsync(second,
            Token);
        Assert.Equal([0], second.Offsets);
        Assert.Contains("writing a second one", Assert.Single(log.Messages), StringComparison.Ordinal);
        gate.SetResult();
        await one;
        await AssertStoredAsync();
    }

    [Fact]
    public async Task Many_concurrent_writers_of_one_blob_leave_it_complete()
    {
        var caches = Enumerable.Range(0, 16).Select(_ => ImageCache.Open(Root)).ToList();
        await Task.WhenAll(caches.Select(cache => Task.Run(() => cache.WriteBlobAsync(new FaultyBlob(_bytes), Token))));
        await AssertStoredAsync();
    }

    [Fact]
    public async Task A_canceled_write_keeps_its_partial_blob()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var blob = new FaultyBlob(_bytes) { HoldUntil = new TaskCompletionSource().Task };
        var write = Blobs.WriteAsync(blob, cancel.Token);
        await blob.Holding.Task;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
        Assert.Equal(_bytes.Length / 2, new FileInfo(PartialFile(Known)).Length);
    }

    [Fact]
    public async Task A_sha512_blob_is_stored_in_its_own_folder_and_verified()
    {
        var descriptor = new Descriptor("", Digest.Of(_bytes, HashAlgorithmName.SHA512), _bytes.Length);
        await PrepareAsync(_bytes[..1000], descriptor.Digest);
        await Blobs.WriteAsync(MemoryImage.Source(_bytes, descriptor), Token);
        Assert.Equal(_bytes, await File.ReadAllBytesAsync(Path.Combine(Root, "blobs", "sha512", descriptor.Digest.Encoded), Token));
        Assert.True(await Cache.HasBlobAsync(descriptor, Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_blob_that_cannot_be_renamed_leaves_no_partial_blob(bool isUnknown)
    {
        // A folder that is not empty can't be replaced by a file.
        await Cache.InitializeAsync(Token);
        Directory.CreateDirectory(Path.Combine(Blobs.PathOf(Known), "folder"));
        await Assert.ThrowsAnyAsync<ImagePusherException>(() => Blobs.WriteAsync(new FaultyBlob(_bytes) { IsUnknown = isUnknown }, Token));
        Assert.Empty(PartialFiles);
    }

    [Fact]
    public async Task A_blob_of_another_size_counts_as_missing_and_is_replaced()
    {
        await Blobs.WriteAsync(MemoryImage.Source(_bytes), Token);
        var descriptor = new Descriptor("", Known, _bytes.Length);
        await File.WriteAllBytesAsync(Blobs.PathOf(Known), _bytes[..10], Token);
        Assert.False(await Cache.HasBlobAsync(descriptor, Token));
        Assert.False(await Cache.ContainsAsync(descriptor, Token));
        Assert.Throws<CacheCorruptException>(() => Blobs.Open(descriptor, 0));
        await Blobs.WriteAsync(MemoryImage.Source(_bytes), Token);
        await AssertStoredAsync();
    }

    [Fact]
    public async Task Reusing_a_blob_resets_its_age_and_reading_does_not()
    {
        await Blobs.WriteAsync(MemoryImage.Source(_bytes), Token);
        var old = DateTime.UtcNow.AddDays(-3);
        File.SetLastWriteTimeUtc(Blobs.PathOf(Known), old);
        var descriptor = new Descriptor("", Known, _bytes.Length);

        Assert.True(await Cache.ContainsAsync(descriptor, Token));
        Assert.Equal(old, File.GetLastWriteTimeUtc(Blobs.PathOf(Known)), TimeSpan.FromSeconds(2));
        Assert.True(await Cache.HasBlobAsync(descriptor, Token));
        Assert.Equal(DateTime.UtcNow, File.GetLastWriteTimeUtc(Blobs.PathOf(Known)), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_blob_is_read_from_an_offset()
    {
        await Blobs.WriteAsync(MemoryImage.Source(_bytes), Token);
        await using var stream = await Cache.OpenBlobAsync(new Descriptor("", Known, _bytes.Length), 299_990, Token);
        var rest = new byte[20];
        Assert.Equal(10, await stream.ReadAtLeastAsync(rest, 20, throwOnEndOfStream: false, Token));
        Assert.Equal(_bytes[^10..], rest[..10]);
    }

    [Fact]
    public async Task An_empty_blob_is_a_blob()
    {
        var identity = await Blobs.WriteAsync(MemoryImage.Source([]), Token);
        Assert.Equal(0, Blobs.SizeOf(identity.Digest));
        Assert.Equal(identity, await Blobs.WriteAsync(new FaultyBlob([]) { IsUnknown = true }, Token));
    }

    private async Task PrepareAsync(byte[] part, Digest? digest = null)
    {
        await Cache.ClearAsync(Token);
        await Cache.PutManifestAsync(MemoryImage.Random(1, 1).Manifest, Token);
        await File.WriteAllBytesAsync(PartialFile(digest ?? Known), part, Token);
    }

    private async Task AssertStoredAsync()
    {
        Assert.Equal(_bytes, await File.ReadAllBytesAsync(Path.Combine(Root, "blobs", "sha256", Known.Encoded), Token));
        Assert.Empty(PartialFiles);
    }

    private sealed class IncorrectBlob(byte[] bytes) : BlobSource
    {
        public override Digest? Digest => ImagePusher.Core.Oci.Digest.Of("promised"u8);

        public override long? Length => bytes.Length;

        public override string Description => "a lying blob";

        public override string ResumeKey => "lie";

        public override async Task<BlobIdentity> WriteToAsync(Stream destination, long offset, CancellationToken cancellationToken)
        {
            await destination.WriteAsync(bytes, cancellationToken);
            return new BlobIdentity(ImagePusher.Core.Oci.Digest.Of(bytes), bytes.Length);
        }
    }
}
