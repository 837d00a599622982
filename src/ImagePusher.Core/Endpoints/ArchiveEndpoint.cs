using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Endpoints;

/// <summary>An archive file.</summary>
internal sealed class ArchiveEndpoint(string path, string? image, ArchiveFormat format, bool overwrite) : ImageEndpoint
{
    public override string ToString() => EndpointText.OfPath(path);

    internal override Task<SourceEndpoint> OpenSourceAsync(CopyOptions options, CancellationToken cancellationToken) =>
        OpenAsync(path, image, options, cancellationToken);

    internal override TargetEndpoint OpenTarget(CopyOptions options, bool isPlan)
    {
        if (isPlan)
        {
            return new ArchiveTarget(image, format, new PlannedArchive(path, overwrite), null);
        }

        var writer = ArchiveWriter.Create(path, format, overwrite);
        return new ArchiveTarget(image, format, writer, writer);
    }

    /// <summary>Opens an archive or layout directory and selects its images.</summary>
    internal static async Task<SourceEndpoint> OpenAsync(
        string path, string? image, CopyOptions options, CancellationToken cancellationToken)
    {
        var settings = new ArchiveOptions { Log = options.Logger };
        var archive = await ImageArchive.OpenAsync(path, settings, cancellationToken).ConfigureAwait(false);
        try
        {
            var images = archive.Images.SelectMany(
                found => found.Names.Select(name => new SourceImage(
                    new ImageSelection(archive, found.Root) { SourceName = name, Name = found.IsNamed ? name : null }, name)));
            if (image is not null)
            {
                return new SourceEndpoint(path, [await SelectAsync().ConfigureAwait(false)], owner: archive);
            }

            foreach (var failure in archive.Failures)
            {
                options.Logger.Warning(failure.Message);
            }

            return new SourceEndpoint(path, [.. images], owner: archive, failures: archive.Failures);
        }
        catch
        {
            await archive.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        async Task<SourceImage> SelectAsync()
        {
            var root = await archive.ResolveAsync(image, cancellationToken).ConfigureAwait(false);
            var found = archive.Images.FirstOrDefault(found => found.Root.Digest == root.Digest);
            var name = Digest.TryParse(image, out _) || !ImageReference.TryParse(image, out var given) ? found?.Names[0] : given;
            return new SourceImage(
                new ImageSelection(archive, root) { SourceName = name, Name = found is { IsNamed: true } ? name : null }, name);
        }
    }

    private sealed class ArchiveTarget(string? name, ArchiveFormat format, IImageTarget target, ArchiveWriter? writer) : NamedTarget(name)
    {
        public override IImageTarget Open(ImageReference name) => target;

        // A docker archive holds one platform and uncompressed layers.
        public override CopyOptions Adapt(CopyOptions options, DestinationName name)
        {
            var adapted = base.Adapt(options, name);
            return format == ArchiveFormat.Oci ? adapted : adapted with
            {
                Compression = LayerCompression.None,
                DecodeLayers = true,
                DefaultPlatformOnly = options.Platforms.Count == 0,
            };
        }

        public override Task CompleteAsync(CancellationToken cancellationToken) =>
            writer?.CompleteAsync(cancellationToken) ?? Task.CompletedTask;

        public override async ValueTask DisposeAsync()
        {
            if (writer is not null)
            {
                await writer.DisposeAsync().ConfigureAwait(false);
            }

            await base.DisposeAsync().ConfigureAwait(false);
        }
    }
}
