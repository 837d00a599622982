using ImagePusher.Core.Cache;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Endpoints;

/// <summary>An OCI image layout in a directory: read as an archive is, written as a cache is.</summary>
internal sealed class LayoutEndpoint(string path, string? image) : ImageEndpoint
{
    public override string ToString() =>
        EndpointText.OfPath(path) is var text && Path.EndsInDirectorySeparator(text) ? text : text + "/";

    internal override Task<SourceEndpoint> OpenSourceAsync(CopyOptions options, CancellationToken cancellationToken) =>
        Directory.Exists(path)
            ? ArchiveEndpoint.OpenAsync(path, image, options, cancellationToken)
            : throw new PathNotFoundException($"The directory '{path}' does not exist.", "Check the path of the OCI layout directory.");

    internal override TargetEndpoint OpenTarget(CopyOptions options, bool isPlan) => new CacheEndpoint.CacheTarget(
        image, ImageCache.Open(path, new CacheOptions { Log = options.Logger, TimeProvider = options.TimeProvider }));
}
