using System.Runtime.Versioning;
using ImagePusher.Core.Cache;
using ImagePusher.Core.IO;

namespace ImagePusher.Core.Tests.Cache;

/// <summary>A user with write access to a cache replaces one of its folders by a link, after it was checked and before it is
/// used.</summary>
[UnsupportedOSPlatform("windows")]
[Trait("Wine", "Wine has no symbolic links.")]
public sealed class ReplacedFolderTests : CacheTest
{
    private static readonly Dictionary<string, Action<CachePaths, string>> Changes = new()
    {
        ["Delete"] = (paths, folder) => paths.Delete(In(folder)),
        ["Remove"] = (paths, folder) => paths.Remove(In(folder)),
        ["Write"] = (paths, folder) => paths.Write(In(folder), "x"u8, FilePermissions.Private),
        ["Replace it"] = (paths, folder) => paths.Replace(Own(paths), In(folder)),
        ["Replace by it"] = (paths, folder) => paths.Replace(In(folder), Own(paths)),
        ["Move it"] = (paths, folder) => paths.Move(In(folder), Own(paths) + "2"),
        ["Move to it"] = (paths, folder) => paths.Move(Own(paths), In(folder) + "2"),
        ["Create"] = (paths, folder) => paths.CreateNew(In(folder) + "2", FilePermissions.Private).Dispose(),
        ["Open"] = (paths, folder) => paths.OpenExclusive(In(folder), FilePermissions.Private).Dispose(),
        ["Create a folder"] = (paths, folder) => paths.CreateFolder(Path.Combine(folder, "new"), FilePermissions.Private),
        ["Delete a folder"] = (paths, folder) => paths.DeleteFolder(Path.Combine(folder, "empty")),
    };

    private string Victim => Path.Combine(Folder, "victim");

    public static TheoryData<string, string> Cases { get; } = new(
        from change in Changes.Keys
        from folder in new[] { ".imagepusher", ".imagepusher/partial", ".imagepusher/partial/sha256", "blobs", "blobs/sha256" }
        select (change, folder));

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_change_does_not_reach_files_elsewhere(string change, string folder)
    {
        await Cache.InitializeAsync(Token);
        var paths = new CachePaths(Root);
        await File.WriteAllTextAsync(Own(paths), "own", Token);
        var (replaced, used) = (Path.Combine(Root, folder), Path.Combine(Root, folder, "deep"));
        foreach (var target in new[] { replaced, used })
        {
            Replace(replaced);
            Assert.Throws<NotRegularFileException>(() => Changes[change](paths, target == used ? Path.Combine(replaced, "sub") : replaced));
            Directory.Delete(replaced);
            Directory.Move(replaced + ".kept", replaced);
            Assert.Equal(Planted(), Found());
        }
    }

    [Theory]
    [InlineData(".imagepusher/lock")]
    [InlineData(".imagepusher/partial/part")]
    [InlineData("index.json")]
    public async Task An_error_contains_the_path_of_the_entry_and_not_of_the_folder_handle(string name)
    {
        await Cache.InitializeAsync(Token);
        var (paths, path) = (new CachePaths(Root), Path.Combine(Root, name));
        File.Delete(path);
        File.CreateSymbolicLink(path, Victim);
        Assert.Equal(path, Assert.Throws<NotRegularFileException>(() => paths.OpenExclusive(path, FilePermissions.Private)).Path);
    }

    [Fact]
    public async Task An_open_folder_handle_refers_to_the_same_folder()
    {
        await Cache.InitializeAsync(Token);
        var partial = Path.Combine(Root, ".imagepusher", "partial");
        await File.WriteAllTextAsync(In(partial), "own", Token);
        using (var held = OpenFolder.Open(Root, partial))
        {
            Replace(partial);
            File.Delete(held.Entry("file"));
            await File.WriteAllTextAsync(held.Entry("other"), "own", Token);
        }

        Assert.Equal(Planted(), Found());
        Assert.False(File.Exists(In(partial + ".kept")));
        Assert.True(File.Exists(Path.Combine(partial + ".kept", "other")));
    }

    [Fact]
    public async Task Continuously_replaced_folders_do_not_redirect_a_collection_or_a_save()
    {
        var image = MemoryImage.Random(1, 100);
        await image.SaveAsync(Cache, "app", cancellationToken: Token);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var attacker = Task.Run(() => Flip(ended.Token), Token);
        for (var attempt = 0; attempt < 150; attempt++)
        {
            await Record.ExceptionAsync(() => Cache.CollectGarbageAsync(gracePeriod: TimeSpan.FromDays(-1), cancellationToken: Token));
            await Record.ExceptionAsync(() => MemoryImage.Random(attempt, 100).SaveAsync(Cache, "app", cancellationToken: Token));
        }

        await ended.CancelAsync();
        await attacker;
        Assert.Equal(Planted(), Found());
    }

    private void Flip(CancellationToken ended)
    {
        Plant();
        string[] folders = [".imagepusher/partial", ".imagepusher", "blobs/sha256"];
        for (var turn = 0; !ended.IsCancellationRequested; turn++)
        {
            var path = Path.Combine(Root, folders[turn % folders.Length]);
            try
            {
                Replace(path);
                Thread.Yield();
                Directory.Delete(path);
                Directory.Move(path + ".kept", path);
            }
            catch (IOException)
            {
                // Another process has created the folder.
            }
        }
    }

    // As a swap of two names does it, in place of the folder that was checked.
    private void Replace(string folder)
    {
        Plant();
        Directory.Move(folder, folder + ".kept");
        Directory.CreateSymbolicLink(folder, Victim);
    }

    private void Plant()
    {
        foreach (var name in Planted())
        {
            var file = Path.Combine(Victim, name);
            if (!File.Exists(file))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.WriteAllText(file, "precious");
                File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);
            }
        }
    }

    private static List<string> Planted() =>
        [.. new[] { "", "partial/", "sub/", "sha256/", "damaged/", "partial/sha256/" }.SelectMany(
            static folder => new[] { $"{folder}file", $"{folder}{Name}" }).Order(StringComparer.Ordinal)];

    private List<string> Found() =>
        [.. Directory.EnumerateFiles(Victim, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Victim, file))
            .Order(StringComparer.Ordinal)];

    private static string Name { get; } = MemoryImage.Random(1, 100).Manifest.Digest.Encoded;

    private static string In(string folder) => Path.Combine(folder, "file");

    private static string Own(CachePaths paths) => Path.Combine(paths.Root, "own");
}
