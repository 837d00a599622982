using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Support;

/// <summary>All files of a cache at one moment, without the module's own state beside the layout.</summary>
internal sealed class CacheSnapshot
{
    private readonly SortedDictionary<string, string> _files = new(StringComparer.Ordinal);

    private CacheSnapshot()
    {
    }

    /// <summary>The files that are there now; none if there is no cache.</summary>
    /// <param name="folder">The cache's folder.</param>
    /// <param name="withState">Whether the module's own state is looked at too.</param>
    public static CacheSnapshot Of(string folder, bool withState = false)
    {
        var snapshot = new CacheSnapshot();
        foreach (var file in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories) : [])
        {
            var name = Path.GetRelativePath(folder, file);
            if (withState || !name.StartsWith(".imagepusher", StringComparison.Ordinal))
            {
                snapshot._files[name] = Http.DigestOf(File.ReadAllBytes(file));
            }
        }

        return snapshot;
    }

    /// <summary>Asserts that the cache is unchanged except for complete, unreferenced blobs, which the garbage collection
    /// removes.</summary>
    public void IsStillButForUnnamedBlobs(string folder)
    {
        var now = Of(folder)._files;
        Assert.All(_files, file => Assert.Equal(file.Value, now.GetValueOrDefault(file.Key)));
        Assert.All(now.Where(file => !_files.ContainsKey(file.Key)),
            file => Assert.Equal(file.Key, $"blobs/{file.Value.Replace(':', '/')}"));
    }

    /// <summary>Asserts that the cache is now as it was: no file is gone, changed or new.</summary>
    public void IsStill(string folder, bool withState = false) => Assert.Equal(_files, Of(folder, withState)._files);
}
