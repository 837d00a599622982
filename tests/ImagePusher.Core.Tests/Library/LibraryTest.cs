using ImagePusher.Core.Cache;
using ImagePusher.Core.Tests.Archives;
using ImagePusher.LocalRegistry;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Library;

/// <summary>The base class of tests of the library's public entry points: a folder, a docker archive and a registry on loopback.</summary>
public abstract class LibraryTest : IAsyncLifetime
{
    private LocalRegistryServer? _registry;

    private protected TemporaryFolder Folder { get; } = new();

    private protected string Registry => _registry!.Address;

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _registry = await LocalRegistryServer.StartAsync(
        ImageCache.Open(Folder["registry"]), new LocalRegistryOptions { Port = 0 }, Token);

    public async ValueTask DisposeAsync()
    {
        await _registry!.DisposeAsync();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Writes a docker archive of one image with one layer.</summary>
    private protected string DockerArchive(string file, params string[] tags) =>
        Folder.Write(file, new SampleImage(SampleImage.Bytes(file.Length, 5_000)).Tar(tags).ToArray());
}
