using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Export-ImageTar: cached images into one tar.</summary>
[Cmdlet(VerbsData.Export, "ImageTar", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo), typeof(ImageCopyPlan))]
public sealed class ExportImageTarCommand : TransferCommand
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

    /// <summary>Write what would be done as objects, one for each image, and do nothing.</summary>
    [Parameter]
    public SwitchParameter PlanOnly { get; set; }

    private protected override bool WantsPlan => PlanOnly;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!TryCache(CachePath, out var cache))
        {
            return;
        }

        foreach (var text in Reference)
        {
            Try(text, () => _images.AddRange(Await(token => CacheLookup.FindAsync(cache, text, token)).Select(entry => (text, cache, entry))));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var target = Require(Path, () => PathResolver.Target(this, Path));
        if (PlanOnly || IsWhatIf)
        {
            Try(Path, () => Plan(target));
        }
        else if (_images.Count > 0 && ShouldProcess(target, $"Export {string.Join(", ", _images.Select(image => image.Entry.ToString()))}"))
        {
            var progress = Progress;
            Start(Path, (pending, token) => ExportAsync(target, progress, pending, token));
        }

        base.EndProcessing();
    }

    private void Plan(string path)
    {
        // One after the other, as they are written: what an image shares with one before it is in the tar by then.
        var tar = new PlannedArchive(path, Force);
        foreach (var (input, cache, entry) in _images)
        {
            StartPlan(input, RequestFor(tar, cache, entry));
        }
    }

    private async Task ExportAsync(string path, ProgressReporter progress, PendingInput pending, CancellationToken cancellationToken)
    {
        var tar = ArchiveWriter.Create(path, Format, Force);
        await using (tar.ConfigureAwait(false))
        {
            var exported = new List<string>();
            foreach (var (input, cache, entry) in _images)
            {
                try
                {
                    var copy = RequestFor(tar, cache, entry);
                    exported.Add(CopySummary.Of(copy, await RunAsync(copy, progress, cancellationToken).ConfigureAwait(false)));
                }
                catch (ImagePusherException error) when (error is not InsufficientSpaceException)
                {
                    // One image that can't be exported does not keep the others out of the tar.
                    pending.WriteError(error, input);
                }
            }

            if (exported.Count > 0)
            {
                await tar.CompleteAsync(cancellationToken).ConfigureAwait(false);

                exported.ForEach(line => pending.Do(cmdlet => cmdlet.WriteInformation(line, ["ImagePusher"])));

                // Asked of the provider, the file has what Get-Item adds: PSPath, which binds, and the mode that tables show.
                pending.Do(cmdlet => cmdlet.WriteObject(cmdlet.InvokeProvider.Item.Get([path], force: true, literalPath: true), enumerateCollection: true));
            }
        }
    }

    private CopyRequest RequestFor(IImageTarget tar, ImageCache cache, CacheEntry entry) => new()
    {
        Action = "Export image",
        Activity = "Exporting",
        Label = entry.ToString(),
        Place = tar.Description,
        Select = async token => new ImageSelection(cache, await cache.GetManifestAsync(entry.Descriptor, token).ConfigureAwait(false)),
        Target = tar,
        Name = entry.Reference ?? ImageReference.Create("localhost", "image", null, entry.Digest),
        OptionsFor = _ => new CopyOptions
        {
            Compression = LayerCompression.None,
            DecodeLayers = Format == ArchiveFormat.Docker,
            DefaultPlatformOnly = Format == ArchiveFormat.Docker,
            ThrottleLimit = 1,
        },
        Copier = PusherSession.Current.Copier(cache),
    };
}
