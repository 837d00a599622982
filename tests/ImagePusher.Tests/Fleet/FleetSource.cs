using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Fleet;

/// <summary>A docker-registry with a fleet of images.</summary>
internal sealed class FleetSource : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;

    private FleetSource(TemporaryFolder folder, ImageSet fleet, DockerRegistry registry) =>
        (_folder, Fleet, Registry) = (folder, fleet, registry);

    public ImageSet Fleet { get; }

    public DockerRegistry Registry { get; }

    /// <summary>The references of all images.</summary>
    public string[] References => [.. Fleet.Images.Keys.Select(image => $"{Registry.Address}/{image}")];

    public static async Task<FleetSource> StartAsync(int count, CancellationToken cancellationToken)
    {
        var folder = new TemporaryFolder();
        var fleet = ImageSet.Write(new RegistryStorage(folder.FullName), count);
        return new FleetSource(folder, fleet,
            await DockerRegistry.StartAsync(new DockerRegistryOptions { StorageFolder = folder.FullName }, cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        await Registry.DisposeAsync();
        _folder.Dispose();
    }
}
