using System.Runtime.Versioning;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Cache;

/// <summary>A layout that came from an archive, a checkout or a folder of others attacks files outside of it.</summary>
[UnsupportedOSPlatform("windows")]
[Trait("Wine", "Wine has no symbolic links, and Windows no named pipes, devices and owners in a folder.")]
public sealed class UntrustedLayoutTests : CacheTest
{
    private readonly MemoryImage _image = MemoryImage.Random(1, 100);

    private string Victim => Path.Combine(Folder, "victim");

    private string State => Path.Combine(Root, ".imagepusher");

    [Theory]
    [InlineData(".imagepusher")]
    [InlineData(".imagepusher/partial")]
    [InlineData(".imagepusher/partial/sha256")]
    [InlineData(".imagepusher/partial/incoming")]
    [InlineData(".imagepusher/encodings")]
    [InlineData(".imagepusher/uploads")]
    [InlineData(".imagepusher/damaged")]
    public async Task A_linked_folder_does_not_delete_or_write_files_elsewhere(string folder)
    {
        await _image.SaveAsync(Cache, "app", cancellationToken: Token);
        var files = PlantFolder();
        var path = Path.Combine(Root, folder);
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }

        Directory.CreateSymbolicLink(path, Victim);
        foreach (var attempt in Attempts())
        {
            Assert.IsType<CacheCorruptException>(await Record.ExceptionAsync(attempt));
        }

        Assert.Equal(files, Snapshot());
    }

    [Theory]
    [InlineData("lock")]
    [InlineData("reserve")]
    [InlineData("index.json.new")]
    [InlineData("oci-layout.new")]
    [InlineData("anything")]
    [InlineData("partial/0123456789abcdef0123456789abcdef")]
    public async Task A_linked_file_of_the_state_is_not_written_through(string file)
    {
        await _image.SaveAsync(Cache, "app", cancellationToken: Token);
        var files = PlantFolder();
        var path = Path.Combine(State, file);
        File.Delete(path);
        File.CreateSymbolicLink(path, Path.Combine(Victim, "file"));
        await Assert.ThrowsAsync<CacheCorruptException>(
            () => ImageCache.Open(Root).CollectGarbageAsync(gracePeriod: TimeSpan.Zero, cancellationToken: Token));
        await Record.ExceptionAsync(() => MemoryImage.Random(2, 100).SaveAsync(ImageCache.Open(Root), "other", cancellationToken: Token));
        Assert.Equal(files, Snapshot());
    }

    [Fact]
    public async Task A_linked_partial_blob_is_not_written_through_and_a_hard_linked_one_is_replaced()
    {
        var files = PlantFolder();
        await Cache.InitializeAsync(Token);
        byte[] blob = [1, 2, 3];
        File.CreateSymbolicLink(PartialFile(Digest.Of(blob)), Path.Combine(Victim, "file"));
        await Assert.ThrowsAsync<CacheCorruptException>(() => Cache.WriteBlobAsync(MemoryImage.Source(blob), Token));
        Assert.Equal(files, Snapshot());

        File.Delete(PartialFile(Digest.Of(blob)));
        await ExternalTools.RunAsync("ln", [Path.Combine(Victim, "file"), PartialFile(Digest.Of(blob))], Token);
        await Cache.WriteBlobAsync(MemoryImage.Source(blob), Token);
        Assert.Equal(files, Snapshot());
        Assert.Equal(3, Cache.Blobs.SizeOf(Digest.Of(blob)));
    }

    [Theory]
    [InlineData("index.json")]
    [InlineData("oci-layout")]
    public async Task A_linked_file_of_the_layout_is_replaced_and_its_target_is_unchanged(string file)
    {
        await _image.SaveAsync(Cache, "app", cancellationToken: Token);
        var target = Path.Combine(Folder, "target");
        File.Move(Path.Combine(Root, file), target);
        var content = await File.ReadAllTextAsync(target, Token);
        File.CreateSymbolicLink(Path.Combine(Root, file), target);
        await MemoryImage.Random(2, 100).SaveAsync(ImageCache.Open(Root), "other", cancellationToken: Token);
        Assert.Equal(content, await File.ReadAllTextAsync(target, Token));
        Assert.Equal(2, (await ImageCache.Open(Root).ListAsync(Token)).Count);
    }

    [Theory]
    [InlineData("blobs")]
    [InlineData("blobs/sha256")]
    [InlineData("blobs/sha512")]
    public async Task Blobs_behind_a_linked_folder_are_pushed_and_never_collected_or_written(string folder)
    {
        await _image.SaveAsync(Cache, "app", cancellationToken: Token);
        await Cache.WriteBlobAsync(MemoryImage.Source([1, 2, 3]), Token);
        var path = Path.Combine(Root, folder);
        Directory.CreateDirectory(path);
        Directory.Move(path, Victim);
        Directory.CreateSymbolicLink(path, Victim);
        var files = Snapshot();
        var cache = ImageCache.Open(Root);
        await Assert.ThrowsAsync<UnsupportedContentException>(
            () => cache.CollectGarbageAsync(gracePeriod: TimeSpan.FromDays(-1), cancellationToken: Token));
        await Assert.ThrowsAsync<UnsupportedContentException>(() => cache.CollectGarbageAsync(dryRun: true, cancellationToken: Token));
        await Assert.ThrowsAsync<UnsupportedContentException>(() => cache.ClearAsync(Token));
        await Assert.ThrowsAsync<UnsupportedContentException>(() => cache.WriteBlobAsync(MemoryImage.Source([4, 5]), Token));
        var entry = Assert.Single(await cache.ListAsync(Token));
        var report = await cache.VerifyAsync(entry, full: true, Token);
        Assert.True(report.IsIntact);
        await Assert.ThrowsAsync<UnsupportedContentException>(() => cache.DiscardAsync(report, Token));
        Assert.Equal(files, Snapshot());
    }

    [Theory]
    [InlineData("index.json", true)]
    [InlineData("oci-layout", true)]
    [InlineData(".imagepusher/lock", false)]
    [InlineData(".imagepusher/reserve", false)]
    public async Task A_named_pipe_is_named_instead_of_blocking(string file, bool isNew)
    {
        if (!isNew)
        {
            await _image.SaveAsync(Cache, "app", cancellationToken: Token);
        }

        var path = Path.Combine(Root, file);
        Directory.CreateDirectory(Root);
        File.Delete(path);
        await ExternalTools.RunAsync("mkfifo", [path], Token);
        var error = await Assert.ThrowsAsync<CacheCorruptException>(
            () => _image.SaveAsync(ImageCache.Open(Root), "app", cancellationToken: Token));
        Assert.Contains($"'{path}' is a named pipe", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("index.json", "socket")]
    [InlineData("index.json", "character device")]
    [InlineData("index.json", "block device")]
    [InlineData("oci-layout", "socket")]
    [InlineData("oci-layout", "character device")]
    [InlineData(".imagepusher/lock", "socket")]
    public async Task A_socket_or_device_is_named(string file, string kind)
    {
        await _image.SaveAsync(Cache, "app", cancellationToken: Token);
        var path = Path.Combine(Root, file);
        await SpecialFile.MakeAsync(kind, path, Token);
        var error = await Assert.ThrowsAsync<CacheCorruptException>(
            () => MemoryImage.Random(2, 100).SaveAsync(ImageCache.Open(Root), "app", cancellationToken: Token));
        Assert.Contains($"'{path}' is {SpecialFile.NameOf(kind)}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("named pipe")]
    [InlineData("socket")]
    [InlineData("character device")]
    [InlineData("block device")]
    [InlineData("folder")]
    public async Task A_blob_that_is_a_special_file_is_missing_and_its_name_is_freed_by_saving_again(string kind)
    {
        await _image.SaveAsync(Cache, "app", cancellationToken: Token);
        var blob = _image.Blobs.Keys.First();
        var path = Cache.Blobs.PathOf(blob);
        File.Delete(path);
        await (kind == "folder" ? ExternalTools.RunAsync("mkdir", [path], Token) : SpecialFile.MakeAsync(kind, path, Token));
        var entry = Assert.Single(await Cache.ListAsync(Token));
        Assert.Equal(blob, Assert.Single((await Cache.VerifyAsync(entry, full: true, Token)).Missing).Digest);
        var error = await Assert.ThrowsAnyAsync<ImagePusherException>(
            () => Cache.OpenBlobAsync(new Descriptor("", blob, _image.Blobs[blob].Length), 0, Token));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        if (kind != "folder")
        {
            await _image.SaveAsync(Cache, "app", cancellationToken: Token);
            Assert.True((await Cache.VerifyAsync(entry, full: true, Token)).IsIntact);
        }
    }

    [Theory]
    [InlineData("index.json")]
    [InlineData(".imagepusher")]
    [InlineData(".imagepusher/lock")]
    [InlineData(".imagepusher/partial")]
    [InlineData("blobs")]
    public async Task An_entry_of_another_user_is_rejected_unless_the_folder_is_theirs(string entry)
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root can give files to another user.");
        await _image.SaveAsync(Cache, "app", cancellationToken: Token);
        await ExternalTools.RunAsync("chown", ["12345:12345", Path.Combine(Root, entry)], Token);
        var error = await Assert.ThrowsAsync<CacheCorruptException>(
            () => MemoryImage.Random(2, 10).SaveAsync(ImageCache.Open(Root), "other", cancellationToken: Token));
        Assert.Contains("belongs to another user", error.Message, StringComparison.Ordinal);

        // The folder that the user names may be somebody else's, and a group's.
        await ExternalTools.RunAsync("chown", ["12345", Root], Token);
        await MemoryImage.Random(2, 10).SaveAsync(ImageCache.Open(Root), "other", cancellationToken: Token);
        await ExternalTools.RunAsync("chown", ["54321:12345", Root], Token);
        await ExternalTools.RunAsync("chown", ["12345:12345", Path.Combine(Root, entry)], Token);
        await Assert.ThrowsAsync<CacheCorruptException>(
            () => MemoryImage.Random(3, 10).SaveAsync(ImageCache.Open(Root), "third", cancellationToken: Token));
        await ExternalTools.RunAsync("chmod", ["g+w", Root], Token);
        await MemoryImage.Random(3, 10).SaveAsync(ImageCache.Open(Root), "third", cancellationToken: Token);
    }

    [Fact]
    public async Task Malicious_encodings_and_uploads_are_never_read_and_only_regular_files_are_removed()
    {
        await _image.SaveAsync(Cache, "app", cancellationToken: Token);
        var outside = PlantFolder();
        foreach (var name in new[] { "encodings", "uploads" })
        {
            var folder = Directory.CreateDirectory(Path.Combine(State, name)).FullName;
            await File.WriteAllTextAsync(Path.Combine(folder, "planted"), "{}", Token);
            File.CreateSymbolicLink(Path.Combine(folder, "link"), Path.Combine(Victim, "file"));
            Directory.CreateDirectory(Path.Combine(folder, "folder"));
        }

        await Cache.CollectGarbageAsync(cancellationToken: Token);
        Assert.Equal(["folder", "link"], Directory.GetFileSystemEntries(Path.Combine(State, "uploads")).Select(Path.GetFileName).Order());
        Assert.Equal(outside, Snapshot());
        foreach (var name in new[] { "encodings", "uploads" })
        {
            File.Delete(Path.Combine(State, name, "link"));
            Directory.Delete(Path.Combine(State, name, "folder"));
        }

        await Cache.CollectGarbageAsync(cancellationToken: Token);
        Assert.False(Directory.Exists(Path.Combine(State, "uploads")));
        Assert.False(Directory.Exists(Path.Combine(State, "encodings")));
    }

    private IEnumerable<Func<Task>> Attempts()
    {
        var cache = ImageCache.Open(Root);
        yield return () => cache.CollectGarbageAsync(gracePeriod: TimeSpan.FromDays(-1), cancellationToken: Token);
        yield return () => cache.ClearAsync(Token);
        yield return () => MemoryImage.Random(2, 100).SaveAsync(ImageCache.Open(Root), "other", cancellationToken: Token);
        yield return () => ImageCache.Open(Root).InitializeAsync(Token);
    }

    private string[] PlantFolder()
    {
        Directory.CreateDirectory(Path.Combine(Victim, "sha256"));
        File.WriteAllText(Path.Combine(Victim, "file"), "of the user");
        File.WriteAllText(Path.Combine(Victim, "sha256", new string('0', 64)), "of the user");
        foreach (var file in Directory.GetFiles(Victim, "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddYears(-1));
        }

        return Snapshot();
    }

    private string[] Snapshot() =>
        [.. Directory.GetFileSystemEntries(Victim, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        .Select(path => $"{path} {(File.Exists(path) ? File.ReadAllText(path) + File.GetLastWriteTimeUtc(path).Ticks : "")}")];
}
