#pragma warning disable CA1416 // The tests of file modes are skipped on Windows.
using ImagePusher.Core.Archives;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Archives;

/// <summary>FIFOs, devices, files of other kinds and temporary files: none blocks a cancellation, and each error states the kind of the
/// file.</summary>
public sealed class SpecialFileTests : ArchiveTestBase
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Opening_a_FIFO_without_a_writer_can_be_canceled()
    {
        var path = await FifoAsync("app.tar");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var opening = ImageArchive.OpenAsync(path, null, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening.WaitAsync(Longest, Stop));

        // The pending open ends when there is a writer.
        await using var writer = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
    }

    [Fact]
    public async Task Reading_a_FIFO_with_a_silent_writer_can_be_canceled()
    {
        var path = await FifoAsync("app.tar");
        await using var writer = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var opening = ImageArchive.OpenAsync(path, new ArchiveOptions { TemporaryDirectory = Folder.Folder("tmp") }, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening.WaitAsync(Longest, Stop));
        Assert.Empty(Directory.GetFileSystemEntries(Folder["tmp"]));
    }

    [Fact]
    public async Task A_tar_is_read_from_a_FIFO()
    {
        var path = await FifoAsync("app.tar");
        var opening = OpenAsync(path);
        await using (var writer = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            await writer.WriteAsync(new SampleImage(SampleImage.Bytes(1, 5000)).Tar("app:1").ToArray(), Stop);
        }

        await using var archive = await opening.WaitAsync(Longest, Stop);
        await ReadAllAsync(archive, archive.Images[0].Root);
    }

    [Theory]
    [InlineData("index.json")]
    [InlineData("oci-layout")]
    public async Task A_FIFO_in_a_layout_directory_does_not_block(string name)
    {
        Folder.Write("layout/oci-layout", """{"imageLayoutVersion":"1.0.0"}""");
        Folder.Write("layout/index.json", """{"manifests":[]}""");
        File.Delete(Folder["layout", name]);
        await FifoAsync(Path.Combine("layout", name));
        await Assert.ThrowsAsync<InvalidImageArchiveException>(() => OpenAsync(Folder["layout"]).WaitAsync(Longest, Stop));
    }

    [Theory]
    [InlineData("socket")]
    [InlineData("character device")]
    [InlineData("block device")]
    [InlineData("link to a socket")]
    [InlineData("link to a character device")]
    public async Task A_socket_or_device_as_archive_is_rejected_by_name(string kind)
    {
        var path = Folder["app.tar"];
        await SpecialFile.MakeAsync(kind, path, Stop);
        var error = await Assert.ThrowsAsync<InvalidImageArchiveException>(() => OpenAsync(path).WaitAsync(Longest, Stop));
        Assert.Contains($"it is {SpecialFile.NameOf(kind)}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("index.json", "named pipe")]
    [InlineData("index.json", "socket")]
    [InlineData("index.json", "character device")]
    [InlineData("index.json", "link to a block device")]
    [InlineData("oci-layout", "socket")]
    [InlineData("oci-layout", "block device")]
    [InlineData("config", "named pipe")]
    [InlineData("config", "socket")]
    [InlineData("config", "block device")]
    [InlineData("layer", "link to a named pipe")]
    [InlineData("layer", "link to a socket")]
    [InlineData("layer", "character device")]
    public async Task A_special_file_in_a_layout_directory_is_rejected_by_name(string role, string kind)
    {
        var image = new SampleImage(SampleImage.Bytes(1, 100));
        foreach (var (name, content) in image.Blobs)
        {
            Folder.Write(Path.Combine("layout", name), content);
        }

        Folder.Write("layout/oci-layout", """{"imageLayoutVersion":"1.0.0"}""");
        Folder.Write("layout/index.json", System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(
            SampleImage.Index(SampleImage.Descriptor(image.Manifest(), Core.Oci.MediaTypes.OciManifest))));
        var file = role switch { "config" => $"blobs/sha256/{SampleImage.Hex(image.Config)}",
            "layer" => $"blobs/sha256/{SampleImage.Hex(image.Layers[0])}", _ => role };
        await SpecialFile.MakeAsync(kind, Folder["layout", file], Stop);
        var error = await Assert.ThrowsAsync<InvalidImageArchiveException>(() => OpenAsync(Folder["layout"]).WaitAsync(Longest, Stop));
        Assert.Contains($"'{file}' is {SpecialFile.NameOf(kind)}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<!DOCTYPE html><title>Sign in</title>", "HTML")]
    [InlineData("{\"errors\":[{\"code\":\"UNAUTHORIZED\"}]}", "JSON")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "Git LFS pointer")]
    [InlineData("\u00ff\u00fem\0a\0n\0", "UTF-16")]
    [InlineData("", "empty")]
    public async Task A_file_that_is_not_an_archive_is_named_by_its_kind(string latin1, string kind)
    {
        var content = System.Text.Encoding.Latin1.GetBytes(latin1);
        Assert.Contains(kind, (await RejectedAsync(content)).Message, StringComparison.Ordinal);
        using var input = new MemoryStream(content);
        var error = await Assert.ThrowsAsync<InvalidImageArchiveException>(
            () => ImageArchive.OpenAsync(input, "standard input", null, Stop));
        Assert.Contains(kind, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_temporary_copy_is_readable_by_its_owner_only_and_has_no_name()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes, and the name is gone when the handle is closed.");
        }

        var options = new ArchiveOptions { TemporaryDirectory = Folder.Folder("tmp") };
        using var input = new MemoryStream(new SampleImage(SampleImage.Bytes(1, 100)).Tar("app:1").ToArray());
        await using var copy = await new TemporaryCopy("app.tar", options).WriteAsync(input, Stop);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(copy.SafeFileHandle));
        Assert.Empty(Directory.GetFileSystemEntries(Folder["tmp"]));
    }

    [Fact]
    public async Task A_path_that_may_not_be_read_or_written_is_AccessDenied()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            Assert.Skip("This user may do everything.");
        }

        var path = Folder.Write("app.tar", new SampleImage().Tar("app:1").ToArray());
        var directory = Folder.Folder("locked");
        File.SetUnixFileMode(path, UnixFileMode.None);
        File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await Assert.ThrowsAsync<AccessDeniedException>(() => OpenAsync(path));
        Assert.Throws<AccessDeniedException>(() => ArchiveWriter.Create(Path.Combine(directory, "out.tar")));
        var compressed = Folder.Write("app.tar.zst", new ZstdSharp.Compressor(1).Wrap(new SampleImage().Tar("app:1").ToArray()));
        await Assert.ThrowsAsync<AccessDeniedException>(
            () => ImageArchive.OpenAsync(compressed, new ArchiveOptions { TemporaryDirectory = directory }, Stop));
    }

    private async Task<string> FifoAsync(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no FIFOs.");
        var path = Folder[name];
        await ExternalTools.RunAsync("mkfifo", [path], Stop);
        return path;
    }
}
