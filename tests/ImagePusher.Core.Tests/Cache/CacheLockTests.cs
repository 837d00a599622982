using ImagePusher.Core.Cache;
using Microsoft.Extensions.Time.Testing;

namespace ImagePusher.Core.Tests.Cache;

public sealed class CacheLockTests : CacheTest
{
    private string LockFile => Path.Combine(Root, ".imagepusher", "lock");

    [Fact]
    public async Task A_lock_that_another_process_holds_too_long_is_CacheLocked_and_reading_works()
    {
        await MemoryImage.Random(1, 10).SaveAsync(Cache, "app", cancellationToken: Token);
        using var other = await HoldAsync();
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var cache = ImageCache.Open(Root, new CacheOptions { TimeProvider = clock, LockTimeout = TimeSpan.FromSeconds(30) });
        var entry = Assert.Single(await cache.ListAsync(Token));

        var removal = cache.RemoveAsync(entry, Token);
        while (!removal.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        var error = await Assert.ThrowsAsync<CacheLockedException>(() => removal);
        Assert.Contains("30 seconds", error.Message, StringComparison.Ordinal);
        Assert.Contains(Root, error.Message, StringComparison.Ordinal);
        Assert.Single(await cache.ListAsync(Token));
    }

    [Fact]
    public async Task A_change_waits_for_the_lock()
    {
        await MemoryImage.Random(1, 10).SaveAsync(Cache, "app", cancellationToken: Token);
        var entry = Assert.Single(await Cache.ListAsync(Token));
        Task<bool> removal;
        using (await HoldAsync())
        {
            removal = Cache.RemoveAsync(entry, Token);
            Assert.False(removal.IsCompleted);
        }

        Assert.True(await removal);
    }

    [Fact]
    public async Task A_pending_change_can_be_canceled()
    {
        await MemoryImage.Random(1, 10).SaveAsync(Cache, "app", cancellationToken: Token);
        var entry = Assert.Single(await Cache.ListAsync(Token));
        using var cancel = new CancellationTokenSource();
        using (await HoldAsync())
        {
            var removal = Cache.RemoveAsync(entry, cancel.Token);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => removal);
        }

        // The next change uses the same queue, after the reverted one.
        await MemoryImage.Random(2, 10).SaveAsync(Cache, "other", cancellationToken: Token);
        Assert.Equal(2, (await Cache.ListAsync(Token)).Count);
    }

    [Trait("Wine", "On Windows the variable that turns off file locks has no effect.")]
    [Fact]
    public async Task Without_file_locks_writing_is_CacheLocked_and_changes_nothing()
    {
        using var worker = Worker.Start(new Dictionary<string, string> { ["DOTNET_SYSTEM_IO_DISABLEFILELOCKING"] = "1" }, "save", Root,
            "app");
        Assert.Equal("", await worker.EndAsync());
        Assert.Equal(1, worker.ExitCode);
        var line = Assert.Single(worker.Lines);
        Assert.StartsWith($"CacheLockedException: The cache '{Root}' cannot be locked", line, StringComparison.Ordinal);
        Assert.Contains("Unset DOTNET_SYSTEM_IO_DISABLEFILELOCKING", line, StringComparison.Ordinal);
        Assert.False(File.Exists(IndexFile));

        using var again = Worker.Start("save", Root, "app");
        Assert.Equal("", await again.EndAsync());
        Assert.Equal("docker.io/library/app:latest", Assert.Single(await Cache.ListAsync(Token)).Name);
    }

    // Under Wine a file may be in use for a moment after its handle was closed.
    private async Task<FileStream> HoldAsync()
    {
        while (true)
        {
            try
            {
                return File.Open(LockFile, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (OperatingSystem.IsWindows())
            {
                Token.ThrowIfCancellationRequested();
                await Task.Yield();
            }
        }
    }
}
