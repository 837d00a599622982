using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Archives.Tar;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Tests.Registry;

namespace ImagePusher.Core.Tests.Archives;

/// <summary>The file of an exported archive: what exists is kept, and a failure leaves nothing behind.</summary>
public sealed class ArchiveTargetTests : ArchiveWriterTestBase
{
    [Fact]
    public async Task A_blob_that_fails_leaves_nothing_behind()
    {
        var failure = new DigestMismatchException("a blob of a test", "x", "y");
        var blob = new MemoryBlob(SampleImage.Bytes(9, 100_000)) { Failure = failure };
        await WriteAsync(ArchiveFormat.Oci, async writer =>
        {
            Assert.Same(failure, await Assert.ThrowsAsync<DigestMismatchException>(() => writer.WriteBlobAsync(blob, Stop)));
            await PutAsync(writer, _image, Name);
        });
        await using var archive = await OpenAsync(Target);
        await ReadAllAsync(archive, archive.Images[0].Root);
        Assert.Equal(7, await CountEntriesAsync());
    }

    [Fact]
    public async Task An_existing_file_is_replaced_only_on_request()
    {
        await File.WriteAllTextAsync(Target, "old", Stop);
        var error = Assert.Throws<DestinationConflictException>(() => ArchiveWriter.Create(Target, ArchiveFormat.Oci, overwrite: false));
        Assert.Contains("replaced", error.RecommendedAction, StringComparison.Ordinal);
        await using (var writer = ArchiveWriter.Create(Target, ArchiveFormat.Oci, overwrite: true))
        {
            await PutAsync(writer, _image, Name);
            Assert.Equal("old", await File.ReadAllTextAsync(Target, Stop));
        }

        Assert.Equal("old", await File.ReadAllTextAsync(Target, Stop));
        Assert.Equal([Target], Directory.GetFileSystemEntries(Folder.FullName));
        await WriteAsync(ArchiveFormat.Oci, writer => PutAsync(writer, _image, Name), overwrite: true);
        Assert.Equal([Target], Directory.GetFileSystemEntries(Folder.FullName));
    }

    [Fact]
    public async Task A_file_created_during_the_export_is_not_replaced()
    {
        await using (var writer = ArchiveWriter.Create(Target, ArchiveFormat.Oci, overwrite: false))
        {
            await PutAsync(writer, _image, Name);
            await File.WriteAllTextAsync(Target, "new", Stop);
            await Assert.ThrowsAsync<DestinationConflictException>(() => writer.CompleteAsync(Stop));
        }

        Assert.Equal("new", await File.ReadAllTextAsync(Target, Stop));
        Assert.Equal([Target], Directory.GetFileSystemEntries(Folder.FullName));
    }

    [Fact]
    public void A_path_that_cannot_be_written_is_PathNotFound_or_InvalidOption()
    {
        Assert.Contains("directory", Assert.Throws<PathNotFoundException>(
            () => ArchiveWriter.Create(Path.Combine(Folder["none"], "x.tar"), ArchiveFormat.Oci, overwrite: false)).Message,
            StringComparison.Ordinal);
        Assert.Throws<InvalidOptionException>(() => ArchiveWriter.Create(Folder.FullName, ArchiveFormat.Oci, overwrite: true));
    }

    [Fact]
    public async Task A_full_disk_is_InsufficientSpace()
    {
        if (!File.Exists("/dev/full"))
        {
            Assert.Skip("There is no /dev/full on this machine.");
        }

        // /dev/full fails every write as a full disk does.
        await using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
        await using var stream = new TarContentStream(full.SafeFileHandle, 0, error => ArchiveErrors.Unwritable("out.tar", error));
        var error = await Assert.ThrowsAsync<InsufficientSpaceException>(async () => await stream.WriteAsync(new byte[10], Stop));
        Assert.Contains("out.tar", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_canceled_blob_leaves_nothing()
    {
        await WriteAsync(ArchiveFormat.Oci, async writer =>
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => writer.WriteBlobAsync(new EndlessBlob(8_000_000, stop.CancelAsync), stop.Token));
            await PutAsync(writer, _image, Name);
        });
        await using var archive = await OpenAsync(Target);
        await ReadAllAsync(archive, archive.Images[0].Root);
        Assert.Equal(7, await CountEntriesAsync());
    }

    [Fact]
    public async Task A_closed_tar_stops_the_source_of_the_content()
    {
        var tar = new TarFileWriter(Target, overwrite: false);
        var blob = new EndlessBlob(8_000_000, async () => await tar.DisposeAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => tar.AddAsync(
            null, async (stream, stop) => $"{await blob.WriteToAsync(stream, 0, stop)}", Stop));
        Assert.True(blob.HasStopped);
        Assert.Empty(Directory.GetFileSystemEntries(Folder.FullName));
    }

    /// <summary>Content without an end.</summary>
    private sealed class EndlessBlob(int length, Func<Task> after) : BlobSource
    {
        public bool HasStopped { get; private set; }

        public override Digest? Digest => null;

        public override long? Length => null;

        public override string Description => "a blob of a test";

        public override string ResumeKey => "endless";

        public override async Task<BlobIdentity> WriteToAsync(Stream destination, long offset, CancellationToken cancellationToken)
        {
            try
            {
                for (var written = 0L; ; written += 10_000)
                {
                    await destination.WriteAsync(new byte[10_000], cancellationToken);
                    if (written == length)
                    {
                        await after();
                    }
                }
            }
            finally
            {
                HasStopped = true;
            }
        }
    }
}
