using ImagePusher.Core.Cache;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;
using Microsoft.Extensions.Time.Testing;

namespace ImagePusher.Core.Tests.Cache;

public sealed class StateTests : CacheTest
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);

    private readonly EncodingKey _key = new(Digest.Of("plain"u8), "gzip", 6, 4194304);

    private readonly Descriptor _encoded = new(MediaTypes.OciLayerGzip, Digest.Of("encoded"u8), 123);

    private string StateFolder => Path.Combine(Root, ".imagepusher");

    private ImageCache Timed => ImageCache.Open(Root, new CacheOptions { TimeProvider = _clock });

    [Fact]
    public async Task An_encoding_is_remembered_by_all_of_its_key_and_by_the_next_process()
    {
        Assert.Null(await Cache.Encodings.FindAsync(_key, Token));
        await Cache.Encodings.StoreAsync(_key, _encoded, Token);
        var next = ImageCache.Open(Root).Encodings;
        Assert.Equal(_encoded, await next.FindAsync(_key, Token));
        Assert.Null(await next.FindAsync(_key with { Level = 1 }, Token));
        Assert.Null(await next.FindAsync(_key with { Format = "zstd" }, Token));
        Assert.Null(await next.FindAsync(_key with { BlockSize = 1 }, Token));
        Assert.Null(await next.FindAsync(_key with { DiffId = Digest.Of("x"u8) }, Token));
        await next.StoreAsync(_key, _encoded with { Size = 124 }, Token);
        Assert.Equal(124, (await Cache.Encodings.FindAsync(_key, Token))!.Size);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"mediaType":"x","digest":"sha256:1","size":1}""")]
    [InlineData("""{"mediaType":"\ud800","digest":"sha256:1111111111111111111111111111111111111111111111111111111111111111","size":1}""")]
    public async Task A_damaged_encoding_is_one_that_is_not_known(string content)
    {
        await Cache.Encodings.StoreAsync(_key, _encoded, Token);
        await File.WriteAllTextAsync(Assert.Single(Directory.GetFiles(Path.Combine(StateFolder, "encodings"))), content, Token);
        Assert.Null(await Cache.Encodings.FindAsync(_key, Token));
        await Cache.Encodings.StoreAsync(_key, _encoded, Token);
        Assert.Equal(_encoded, await Cache.Encodings.FindAsync(_key, Token));
    }

    [Fact]
    public async Task A_reserve_that_cannot_be_written_keeps_no_image_out()
    {
        Directory.CreateDirectory(Path.Combine(StateFolder, "reserve"));
        await TestImage.Random(1, 10).SaveAsync(Cache, "app", cancellationToken: Token);
        Assert.Single(LayoutCheck.Run(Root));
    }

    [Fact]
    public async Task An_upload_is_kept_byte_for_byte_for_its_owner_alone_and_removed_at_its_end()
    {
        var session = new UploadSession("host/app@sha256:1", "https://host/v2/app/blobs/uploads/1?_state=a%2Bb%20c&x=\u00e9", 5, 1024, _clock.GetUtcNow());
        await Timed.Uploads.SaveAsync(session, Token);
        Assert.Equal(session, await Timed.Uploads.FindAsync(session.Key, Token));
        Assert.Null(await Timed.Uploads.FindAsync("host/other", Token));

        var file = Assert.Single(Directory.GetFiles(Path.Combine(StateFolder, "uploads")));
        Assert.DoesNotContain(':', Path.GetFileName(file));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(file)!));
        }

        await Timed.Uploads.SaveAsync(session with { Offset = 9 }, Token);
        Assert.Equal(9, (await Timed.Uploads.FindAsync(session.Key, Token))!.Offset);
        await Timed.Uploads.RemoveAsync(session.Key, Token);
        await Timed.Uploads.RemoveAsync(session.Key, Token);
        Assert.Null(await Timed.Uploads.FindAsync(session.Key, Token));
        Assert.Empty(Directory.GetFiles(Path.Combine(StateFolder, "uploads")));
    }

    [Fact]
    public async Task An_upload_is_gone_after_a_day()
    {
        await Timed.Uploads.SaveAsync(new UploadSession("one", "https://host/1", 5, 0, _clock.GetUtcNow()), Token);
        await Timed.Uploads.SaveAsync(new UploadSession("two", "https://host/2", 5, 0, _clock.GetUtcNow()), Token);
        _clock.Advance(TimeSpan.FromHours(23));
        Assert.NotNull(await Timed.Uploads.FindAsync("one", Token));
        _clock.Advance(TimeSpan.FromHours(2));
        Assert.Null(await Timed.Uploads.FindAsync("one", Token));
        Assert.Single(Directory.GetFiles(Path.Combine(StateFolder, "uploads")));
        await Timed.CollectGarbageAsync(false, Token);
        Assert.Empty(Directory.GetFiles(Path.Combine(StateFolder, "uploads")));
    }

    [Fact]
    public async Task A_damaged_upload_is_none()
    {
        await Timed.Uploads.SaveAsync(new UploadSession("one", "https://host/1", 5, 0, _clock.GetUtcNow()), Token);
        await File.WriteAllTextAsync(Assert.Single(Directory.GetFiles(Path.Combine(StateFolder, "uploads"))), """{"key":"one","offset":-1}""", Token);
        Assert.Null(await Timed.Uploads.FindAsync("one", Token));
    }

    [Fact]
    public async Task No_file_name_of_a_cache_has_a_colon_or_depends_on_case()
    {
        await TestImage.Random(1, 10).SaveAsync(Cache, "localhost:5000/a/B:C".ToLowerInvariant(), cancellationToken: Token);
        await Cache.Encodings.StoreAsync(_key, _encoded, Token);
        await Cache.Uploads.SaveAsync(new UploadSession("https://host:5000/x", "y", 0, 0, DateTimeOffset.UtcNow), Token);
        await Assert.ThrowsAsync<IOException>(() => Cache.WriteBlobAsync(new FaultyBlob([1, 2, 3]) { BreakAfter = 2 }, Token));
        var names = Directory.GetFileSystemEntries(Root, "*", SearchOption.AllDirectories).Select(path => Path.GetFileName(path)).ToList();
        Assert.All(names, name => Assert.Matches(@"\A[a-z0-9._-]+\z", name));
        Assert.True(names.Count > 12);
    }
}
