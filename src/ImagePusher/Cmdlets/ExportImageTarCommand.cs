using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Core.Archive;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Names;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Export-ImageTar: cached images into one tar.</summary>
[Cmdlet(VerbsData.Export, "ImageTar", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportImageTarCommand : AsyncCommand
{
    private readonly List<(string Input, ImageCache Cache, CacheEntry Entry)> _images = [];

    /// <summary>The cached images: names or wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CachedReferenceCompleter))]
    public string[] Reference { get; set; } = [];

    /// <summary>The tar to write.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageTarCompleter))]
    public string Path { get; set; } = "";

    /// <summary>Oci keeps digests; Docker loads in every docker and podman.</summary>
    [Parameter]
    public ArchiveFormat Format { get; set; } = ArchiveFormat.Oci;

    /// <summary>Replace a tar that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>The cache's folder.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? CachePath { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var cache = PusherSession.Current.Cache(CachePath is null ? null : PathResolver.Target(this, CachePath));
        foreach (var text in Reference)
        {
            Try(text, () => _images.AddRange(Await(token => CacheLookup.FindAsync(cache, text, token)).Select(entry => (text, cache, entry))));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var target = PathResolver.Target(this, Path);
        if (_images.Count > 0 && ShouldProcess(target, $"Export {string.Join(", ", _images.Select(image => image.Entry.ToString()))}"))
        {
            var progress = Progress;
            Start(Path, (pending, token) => ExportAsync(target, progress, pending, token));
        }

        base.EndProcessing();
    }

    private async Task ExportAsync(string path, ProgressReporter progress, PendingInput pending, CancellationToken cancellationToken)
    {
        var tar = ArchiveWriter.Create(path, Format, Force);
        await using (tar.ConfigureAwait(false))
        {
            var exported = 0;
            foreach (var (input, cache, entry) in _images)
            {
                try
                {
                    await ExportAsync(tar, cache, entry, progress, cancellationToken).ConfigureAwait(false);
                    exported++;
                }
                catch (ImagePusherException error) when (error is not InsufficientSpaceException)
                {
                    // One image that can't be exported does not keep the others out of the tar.
                    pending.WriteError(error, input);
                }
            }

            if (exported > 0)
            {
                await tar.CompleteAsync(cancellationToken).ConfigureAwait(false);

                // Asked of the provider, the file has what Get-Item adds: PSPath, which binds, and the mode that tables show.
                pending.Do(cmdlet => cmdlet.WriteObject(cmdlet.InvokeProvider.Item.Get([path], force: true, literalPath: true), enumerateCollection: true));
            }
        }
    }

    private async Task ExportAsync(ArchiveWriter tar, ImageCache cache, CacheEntry entry, ProgressReporter progress, CancellationToken cancellationToken)
    {
        var transfer = new TransferProgress();
        using var shown = progress.Show("Exporting", entry.ToString(), transfer);
        var root = await cache.GetManifestAsync(entry.Descriptor, cancellationToken).ConfigureAwait(false);
        var options = new CopyOptions
        {
            Compression = Compression.None,
            DecodeLayers = Format == ArchiveFormat.Docker,
            Platforms = Format == ArchiveFormat.Docker && root is ImageIndex index ? [DefaultPlatform.Of(index, entry.ToString())] : [],
            ThrottleLimit = 1,
        };
        var name = entry.Reference ?? ImageReference.Create("localhost", "image", null, entry.Digest.ToString());
        await PusherSession.Current.Copier(cache).CopyAsync(new ImageSelection(cache, root), tar, name, options, transfer, Log, cancellationToken).ConfigureAwait(false);
    }
}
