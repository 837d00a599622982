using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.State;
using ImagePusher.Core.Tests.Registry;
using ImagePusher.Core.Tests.Transfer;
using ImagePusher.Core.Transfer;
using ImagePusher.TestSupport.FakeRegistries;
using Microsoft.Extensions.Time.Testing;

namespace ImagePusher.Core.Tests.Cache;

/// <summary>A blob that was hashed once is sent to a registry, which hashes it too, without a second hash; any doubt means a
/// hash.</summary>
public sealed class VerifiedOnceTests : CacheTest
{
    private const int Size = BlobVerification.SmallestSize;

    private readonly MemoryImage _image = MemoryImage.Random(1, Size, 300);
    private FakeTimeProvider _later = new(DateTimeOffset.UtcNow + TimeSpan.FromHours(1));
    private readonly Memory _memory;

    public VerifiedOnceTests()
    {
        _memory = new Memory(new TransferState(Path.Combine(Folder, "state")).VerifiedFiles);
    }

    private string Layer => Cache.Blobs.PathOf(LayerDigest);

    private Digest LayerDigest => _image.Blobs.Single(blob => blob.Value.Length == Size).Key;

    [Fact]
    public async Task The_first_push_hashes_a_blob_and_the_next_does_not()
    {
        await SaveAsync();
        await PushAsync();
        Assert.Equal((LayerDigest, Layer), (Assert.Single(_memory.Added).Digest, _memory.Added[0].Path));
        await PushAsync();
        Assert.Equal(["unknown", "known"], _memory.Answers);
        Assert.Single(_memory.Added);
    }

    [Theory]
    [InlineData("changed in place, with its old modification time")]
    [InlineData("replaced by another file with its old modification time")]
    [InlineData("changed and changed back")]
    public async Task Another_version_of_the_file_is_hashed(string change)
    {
        await SaveAsync();
        await PushAsync();
        var content = await File.ReadAllBytesAsync(Layer, Token);
        var modified = File.GetLastWriteTimeUtc(Layer);
        var other = (byte[])content.Clone();
        other[Size / 2] ^= 1;
        if (change.StartsWith("replaced", StringComparison.Ordinal))
        {
            await File.WriteAllBytesAsync(Layer + ".new", other, Token);
            File.Move(Layer + ".new", Layer, overwrite: true);
        }
        else
        {
            await File.WriteAllBytesAsync(Layer, other, Token);
        }

        var isRestored = change.EndsWith("back", StringComparison.Ordinal);
        if (isRestored)
        {
            await File.WriteAllBytesAsync(Layer, content, Token);
        }

        File.SetLastWriteTimeUtc(Layer, modified);
        if (isRestored)
        {
            await PushAsync();
        }
        else
        {
            await Assert.ThrowsAsync<DigestMismatchException>(PushAsync);
        }

        Assert.Equal("unknown", _memory.Answers[^1]);
    }

    [Theory]
    [InlineData("cache folder is group-writable")]
    [InlineData("blobs folder is group-writable")]
    [InlineData("algorithm folder is writable by all")]
    [InlineData("file is group-writable")]
    [InlineData("file is a link")]
    [InlineData("blobs folder is a link")]
    public async Task Nothing_is_recorded_if_others_can_change_the_file(string reason)
    {
        await SaveAsync();
        var blobs = Path.Combine(Root, "blobs");
        switch (reason)
        {
            case "cache folder is group-writable": Chmod(Root, UnixFileMode.GroupWrite); break;
            case "blobs folder is group-writable": Chmod(blobs, UnixFileMode.GroupWrite); break;
            case "algorithm folder is writable by all": Chmod(Path.Combine(blobs, "sha256"), UnixFileMode.OtherWrite); break;
            case "file is group-writable": Chmod(Layer, UnixFileMode.GroupWrite); break;
            case "file is a link":
                File.Move(Layer, Path.Combine(Folder, "layer"));
                File.CreateSymbolicLink(Layer, Path.Combine(Folder, "layer"));
                break;
            default:
                Directory.Move(blobs, Path.Combine(Folder, "blobs"));
                Directory.CreateSymbolicLink(blobs, Path.Combine(Folder, "blobs"));
                break;
        }

        await PushAsync();
        Assert.Empty(_memory.Added);
        Assert.Empty(_memory.Answers);
    }

    [Fact]
    public async Task A_file_of_the_last_two_seconds_is_not_recorded()
    {
        await SaveAsync();
        _later = new FakeTimeProvider(new DateTimeOffset(File.GetLastWriteTimeUtc(Layer), TimeSpan.Zero) + TimeSpan.FromSeconds(1.9));
        await PushAsync();
        Assert.Empty(_memory.Added);
    }

    [Fact]
    public async Task Small_blobs_are_always_hashed()
    {
        var small = MemoryImage.Random(2, 5000, 300);
        await small.SaveAsync(Open(), "small", cancellationToken: Token);
        await PushAsync(small);
        Assert.Empty(_memory.Answers);
    }

    [Fact]
    public async Task After_a_rejection_the_bytes_are_hashed_and_the_record_is_removed()
    {
        await SaveAsync();
        await DamageAsync();
        _memory.SaysYes = true;
        await Assert.ThrowsAsync<DigestMismatchException>(PushAsync);
        Assert.Contains(Layer, _memory.Removed);
        Assert.False(await Open().HasBlobAsync(_image.Manifest.References.Single(blob => blob.Digest == LayerDigest), Token));
    }

    [Fact]
    public async Task A_target_that_does_not_hash_gets_no_unhashed_bytes()
    {
        await SaveAsync();
        await DamageAsync();
        _memory.SaysYes = true;
        var target = new MemoryStore("target");
        using var limits = new TransferSlots();
        await Assert.ThrowsAsync<DigestMismatchException>(() => new ImageCopier(limits, new MemoryEncodings()).CopyAsync(
            new ImageSelection(Open(), _image.Manifest), target, ImageReference.Parse("example.com/app:1"), new CopyOptions(),
            new CopyMonitor(), Token));
        Assert.Empty(_memory.Answers);
    }

    private ImageCache Open()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(),
            "On Windows blobs are always hashed: .NET reads no change time that programs cannot set.");
        return ImageCache.Open(Root, new CacheOptions { VerifiedFiles = _memory, TimeProvider = _later });
    }

    private Task SaveAsync() => _image.SaveAsync(Open(), "app", cancellationToken: Token);

    private async Task DamageAsync()
    {
        var content = await File.ReadAllBytesAsync(Layer, Token);
        content[Size / 2] ^= 1;
        await File.WriteAllBytesAsync(Layer, content, Token);
    }

    private Task PushAsync() => PushAsync(_image);

    private async Task PushAsync(MemoryImage image)
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var session = new RegistrySession();
        using var limits = new TransferSlots();
        await new ImageCopier(limits, new MemoryEncodings()).CopyAsync(
            new ImageSelection(Open(), image.Manifest), session.Repository(registry.Address),
            ImageReference.Parse($"{registry.Address}/team/app:1"),
            new CopyOptions(), new CopyMonitor(), Token);
        foreach (var (digest, content) in image.Blobs)
        {
            Assert.Equal(content, registry.ReadBlob(digest.ToString()));
        }
    }

    private static void Chmod(string path, UnixFileMode more)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | more);
        }
    }

    private sealed class Memory(IVerifiedFiles inner) : IVerifiedFiles
    {
        public bool SaysYes { get; set; }

        public List<string> Answers { get; } = [];

        public List<FileVersion> Added { get; } = [];

        public List<string> Removed { get; } = [];

        public bool Contains(FileVersion file)
        {
            var known = SaysYes || inner.Contains(file);
            Answers.Add(known ? "known" : "unknown");
            return known;
        }

        public void Add(FileVersion file)
        {
            Added.Add(file);
            inner.Add(file);
        }

        public void Remove(string path)
        {
            SaysYes = false;
            Removed.Add(path);
            inner.Remove(path);
        }
    }
}
