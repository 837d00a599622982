using System.Runtime.Versioning;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Oci;
using ImagePusher.Core.State;
using ImagePusher.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace ImagePusher.Core.Tests.State;

public sealed class TransferStateTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TemporaryFolder _folder = new();
    private readonly RecordingLogger _log = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly EncodingKey _key = new(Digest.Of("uncompressed"u8), "gzip", 6, 4194304, "zlib");
    private readonly Descriptor _encoded = new(MediaTypes.OciLayerGzip, Digest.Of("encoded"u8), 123);
    private readonly TransferState _state;

    public TransferStateTests() => _state = new TransferState(Root, _log, _clock);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Root => _folder["state"];

    private UploadSession Session(string key) =>
        new(key, $"https://host/v2/app/blobs/uploads/{key}?_state=a%2Bb%20c&x=\u00e9", 5, 1024, _clock.GetUtcNow());

    [Fact]
    public async Task An_encoding_is_found_by_its_whole_key_and_by_the_next_process()
    {
        Assert.Null(await _state.Encodings.FindAsync(_key, Token));
        await _state.Encodings.StoreAsync(_key, _encoded, Token);
        var next = new TransferState(Root).Encodings;
        Assert.Equal(_encoded, await next.FindAsync(_key, Token));
        Assert.Null(await next.FindAsync(_key with { Level = 1 }, Token));
        Assert.Null(await next.FindAsync(_key with { Format = "zstd" }, Token));
        Assert.Null(await next.FindAsync(_key with { BlockSize = 1 }, Token));
        Assert.Null(await next.FindAsync(_key with { Encoder = "deflate1" }, Token));
        Assert.Null(await next.FindAsync(_key with { DiffId = Digest.Of("x"u8) }, Token));
        await next.StoreAsync(_key, _encoded with { Size = 124 }, Token);
        Assert.Equal(124, (await _state.Encodings.FindAsync(_key, Token))!.Size);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"mediaType":"x","digest":"sha256:1","size":1}""")]
    [InlineData("""{"mediaType":"\ud800","digest":"sha256:1111111111111111111111111111111111111111111111111111111111111111","size":1}""")]
    public async Task A_damaged_encoding_counts_as_missing_and_is_replaced(string content)
    {
        await _state.Encodings.StoreAsync(_key, _encoded, Token);
        await File.WriteAllTextAsync(Assert.Single(Files("encodings")), content, Token);
        Assert.Null(await _state.Encodings.FindAsync(_key, Token));
        await _state.Encodings.StoreAsync(_key, _encoded, Token);
        Assert.Equal(_encoded, await _state.Encodings.FindAsync(_key, Token));
        Assert.Empty(_log.Messages);
    }

    [Fact]
    public async Task An_upload_is_kept_byte_for_byte_and_removed_at_its_end()
    {
        var session = Session("one");
        await _state.Uploads.SaveAsync(session, Token);
        Assert.Equal(session, await new TransferState(Root, timeProvider: _clock).Uploads.FindAsync("one", Token));
        Assert.Null(await _state.Uploads.FindAsync("two", Token));
        await _state.Uploads.SaveAsync(session with { Offset = 9 }, Token);
        Assert.Equal(9, (await _state.Uploads.FindAsync("one", Token))!.Offset);
        await _state.Uploads.RemoveAsync("one", Token);
        await _state.Uploads.RemoveAsync("one", Token);
        Assert.Null(await _state.Uploads.FindAsync("one", Token));
        Assert.Empty(Files("uploads"));
    }

    [Fact]
    public async Task An_upload_expires_after_a_day()
    {
        await _state.Uploads.SaveAsync(Session("one"), Token);
        await _state.Uploads.SaveAsync(Session("two"), Token);
        _clock.Advance(TimeSpan.FromHours(23));
        Assert.NotNull(await _state.Uploads.FindAsync("one", Token));
        _clock.Advance(TimeSpan.FromHours(2));
        Assert.Null(await _state.Uploads.FindAsync("one", Token));
        Assert.Single(Files("uploads"));
        _state.RemoveOld();
        Assert.Empty(Files("uploads"));
    }

    [Fact]
    public async Task An_encoding_expires_after_ninety_days()
    {
        await _state.Encodings.StoreAsync(_key, _encoded, Token);
        _clock.Advance(TimeSpan.FromDays(89));
        _state.RemoveOld();
        Assert.Single(Files("encodings"));
        _clock.Advance(TimeSpan.FromDays(2));
        _state.RemoveOld();
        Assert.Empty(Files("encodings"));
    }

    [Fact]
    public async Task A_damaged_upload_counts_as_missing()
    {
        await _state.Uploads.SaveAsync(Session("one"), Token);
        await File.WriteAllTextAsync(Assert.Single(Files("uploads")), """{"key":"one","offset":-1}""", Token);
        Assert.Null(await _state.Uploads.FindAsync("one", Token));
    }

    [Fact]
    public async Task Only_the_current_user_can_access_the_files_and_their_names_are_valid_on_Windows()
    {
        await _state.Uploads.SaveAsync(Session("https://host:5000/x"), Token);
        await _state.Encodings.StoreAsync(_key, _encoded, Token);
        var entries = Directory.GetFileSystemEntries(Root, "*", SearchOption.AllDirectories);
        Assert.Equal(4, entries.Length);
        Assert.All(entries, entry => Assert.Matches(@"\A[a-z0-9._-]+\z", Path.GetFileName(entry)));
        Assert.All(entries.Append(Root), entry =>
            Assert.True(OperatingSystem.IsWindows()
                || File.GetUnixFileMode(entry) == (Directory.Exists(entry) ? Private : Private ^ UnixFileMode.UserExecute)));
    }

    [Theory]
    [UnsupportedOSPlatform("windows")]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    public async Task A_folder_that_others_can_write_to_is_not_used_and_reported_once(UnixFileMode others)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such mode.");
        await _state.Encodings.StoreAsync(_key, _encoded, Token);
        File.SetUnixFileMode(Path.Combine(Root, "encodings"), Private | others);
        Assert.Null(await _state.Encodings.FindAsync(_key, Token));
        await _state.Encodings.StoreAsync(_key, _encoded, Token);
        Assert.Contains("is not used", Assert.Single(_log.Messages), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_another_user_is_not_used()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root can give files to another user.");
        await _state.Encodings.StoreAsync(_key, _encoded, Token);
        await ExternalTools.RunAsync("chown", ["-R", "12345", Root], Token);
        Assert.Null(await _state.Encodings.FindAsync(_key, Token));
        Assert.Contains("belongs to another user", Assert.Single(_log.Messages), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("the folder above belongs to another user")]
    [InlineData("everybody can write to the folder above")]
    [InlineData("the folder is a link of another user")]
    [InlineData("the folder above is a link of another user")]
    [UnsupportedOSPlatform("windows")]
    [Trait("Wine", "Windows has no owners and modes of this kind.")]
    public async Task A_folder_that_another_user_can_replace_is_not_used_and_nothing_in_it_is_deleted(string attack)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no owners and modes of this kind.");
        Assert.SkipUnless(Environment.UserName == "root", "Only root can give files to another user.");
        var own = _folder["own/imagepusher"];
        var old = Path.Combine(Directory.CreateDirectory(Path.Combine(own, "uploads")).FullName, new string('a', 64));
        await File.WriteAllTextAsync(old, "precious", Token);
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddYears(-1));
        foreach (var folder in new[] { own, Path.Combine(own, "uploads") })
        {
            File.SetUnixFileMode(folder, Private);
        }

        var parent = _folder["temporary"];
        var root = Path.Combine(parent, "imagepusher");
        if (attack == "the folder above is a link of another user")
        {
            Directory.CreateSymbolicLink(parent, _folder["own"]);
        }
        else
        {
            Directory.CreateDirectory(parent);
            Directory.CreateSymbolicLink(root, own);
        }

        var (arguments, target) = attack.StartsWith("everybody", StringComparison.Ordinal) ? ("777", parent)
            : ("12345", attack.Contains("above", StringComparison.Ordinal) ? parent : root);
        await ExternalTools.RunAsync(arguments == "777" ? "chmod" : "chown",
            arguments == "777" ? [arguments, target] : ["-h", arguments, target], Token);
        var state = new TransferState(root, _log, _clock);
        state.RemoveOld();
        await state.Uploads.SaveAsync(Session("one"), Token);
        Assert.Null(await state.Uploads.FindAsync("one", Token));
        Assert.Equal([old], Directory.GetFiles(_folder["own"], "*", SearchOption.AllDirectories));
        Assert.Contains("is not used", Assert.Single(_log.Messages), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("photo.jpg")]
    [InlineData("sha256-notes.txt")]
    [InlineData("0123456789abcdef.bin")]
    public async Task A_file_of_another_name_is_not_deleted(string name)
    {
        await _state.Uploads.SaveAsync(Session("one"), Token);
        await _state.Encodings.StoreAsync(_key, _encoded, Token);
        foreach (var folder in new[] { "uploads", "encodings", "verified" })
        {
            await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(Path.Combine(Root, folder)).FullName, name), "kept", Token);
        }

        _clock.Advance(TimeSpan.FromDays(100));
        _state.RemoveOld();
        Assert.Equal([name], Files("uploads").Select(Path.GetFileName));
        Assert.Equal([name], Files("encodings").Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("link")]
    [InlineData("read-only")]
    [InlineData("full")]
    public async Task A_folder_that_cannot_be_written_never_fails_and_is_reported_once(string state)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Mounts and links are those of Unix.");
        SmallDisk? disk = null;
        var root = Root;
        if (state == "file")
        {
            await File.WriteAllTextAsync(Root, "", Token);
        }
        else if (state == "link")
        {
            await _state.Encodings.StoreAsync(_key, _encoded, Token);
            var file = Assert.Single(Files("encodings"));
            File.Move(file, _folder["elsewhere"]);
            File.CreateSymbolicLink(file, _folder["elsewhere"]);
        }
        else
        {
            disk = await SmallDisk.MountAsync(_folder["disk"], "size=64k,mode=700", Token);
            root = Path.Combine(disk.Path, "state");
            await new TransferState(root).Uploads.SaveAsync(Session("first"), Token);
            disk.Fill("other");
            if (state == "read-only")
            {
                await disk.MakeReadOnlyAsync(Token);
            }
        }

        using (disk)
        {
            var opened = new TransferState(root, _log, _clock);
            Assert.Null(await opened.Encodings.FindAsync(_key, Token));
            await opened.Uploads.SaveAsync(Session("one"), Token);
            await opened.Uploads.SaveAsync(Session("two"), Token);
            opened.RemoveOld();
            Assert.Contains(root, Assert.Single(_log.Messages), StringComparison.Ordinal);
        }
    }

    public void Dispose() => _folder.Dispose();

    private string[] Files(string name) => Directory.GetFiles(Path.Combine(Root, name));
}
