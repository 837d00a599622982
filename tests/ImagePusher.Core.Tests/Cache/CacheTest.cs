using ImagePusher.Core.Cache;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Cache;

/// <summary>A test with a cache in a folder of its own.</summary>
public abstract class CacheTest : IDisposable
{
    protected CacheTest()
    {
        // Lower case and short: podman derives an image name from the path and accepts at most 50 characters for its own folder.
        Folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"ip-{Guid.NewGuid():N}"[..15])).FullName;
        Root = Path.Combine(Folder, "cache");
        Cache = ImageCache.Open(Root);
    }

    /// <summary>A folder that is deleted after the test.</summary>
    protected string Folder { get; }

    /// <summary>The cache's folder.</summary>
    protected string Root { get; }

    protected ImageCache Cache { get; }

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected string IndexFile => Path.Combine(Root, "index.json");

    protected string PartialFile(Digest digest) => Path.Combine(Root, ".imagepusher", "partial", digest.Algorithm, digest.Encoded);

    protected IEnumerable<string> PartialFiles =>
        Directory.EnumerateFiles(Path.Combine(Root, ".imagepusher", "partial"), "*", SearchOption.AllDirectories);

    public void Dispose()
    {
        TemporaryFolder.Delete(Folder);
        GC.SuppressFinalize(this);
    }
}
