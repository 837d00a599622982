using ImagePusher.Core.Cache;
using ImagePusher.LocalRegistry;

namespace ImagePusher.Benchmarks;

/// <summary>
/// A source and a target served by this project, in the process of the benchmark: docker-registry uses so much processor time for many
/// small images that it dominates the result of a job.
/// </summary>
internal sealed class FastRegistries : IAsyncDisposable
{
    private readonly DirectoryInfo _storage;
    private readonly ImageCache _targetCache;
    private readonly LocalRegistryServer _source;
    private readonly LocalRegistryServer _target;

    private FastRegistries(DirectoryInfo storage, ImageCache targetCache, LocalRegistryServer source, LocalRegistryServer target) =>
        (_storage, _targetCache, _source, _target) = (storage, targetCache, source, target);

    /// <summary>The source, <c>host:port</c>.</summary>
    public string Source => _source.Address;

    /// <summary>The target, <c>host:port</c>.</summary>
    public string Target => _target.Address;

    public static async Task<FastRegistries> StartAsync(string folder)
    {
        var storage = Directory.CreateDirectory(Path.Combine(folder, $"imagepusher-bench-fast-{Environment.ProcessId}"));
        var target = Open("target");
        return new FastRegistries(storage, target, await ServeAsync(Open("source")), await ServeAsync(target));

        ImageCache Open(string name) => ImageCache.Open(Path.Combine(storage.FullName, name));

        static Task<LocalRegistryServer> ServeAsync(ImageCache cache) =>
            LocalRegistryServer.StartAsync(cache, new LocalRegistryOptions { Port = 0 }, CancellationToken.None);
    }

    /// <summary>Removes all content of the target.</summary>
    public Task EmptyAsync() => _targetCache.ClearAsync();

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _target.DisposeAsync();
        _storage.Delete(recursive: true);
    }
}
