using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Bundles;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Transfer;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Export-ImageTar: copies images from the cache to one tar.</summary>
[Cmdlet(VerbsData.Export, "ImageTar", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo), typeof(ImageCopyPlan))]
public sealed class ExportImageTarCommand : TransferCommand
{
    private readonly List<(string Input, ImageCache Cache, CacheEntry Entry)> _images = [];

    /// <summary>The cached images: names, digests or wildcard patterns.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CachedReferenceCompleter))]
    public string[] Reference { get; set; } = [];

    /// <summary>The tar to write.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageTarCompleter))]
    public string Path { get; set; } = "";

    /// <summary>An OCI archive keeps digests; every docker and podman loads a docker archive.</summary>
    [Parameter]
    public ArchiveFormat Format { get; set; } = ArchiveFormat.Oci;

    /// <summary>The content that the receiver has and the archive omits: earlier bundles, images, or an inventory of a registry.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageTarCompleter))]
    public object[]? Baseline { get; set; }

    /// <summary>The maximum number of bytes of a file: the images are written as numbered parts.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    public long MaximumSize { get; set; }

    /// <summary>The folder of the cache.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? CachePath { get; set; }

    private readonly HashSet<CacheEntry> _failed = new(ReferenceEqualityComparer.Instance);
    private Baseline? _content;

    private bool ReplacesFile => Force && !NoClobber;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        Require<object?>(Platform, () => Format == ArchiveFormat.Docker && Platforms.Count > 1
            ? throw new InvalidOptionException(
                "A docker archive contains one platform of an image, but several platforms are specified.",
                "Specify one platform, or -Format Oci.")
            : null);
        Require<object?>(Baseline, () => Format == ArchiveFormat.Docker && Baseline is not null
            ? throw new InvalidOptionException(
                "A docker archive cannot leave out blobs: docker loads only complete archives.",
                "Specify -Format Oci, or omit -Baseline.")
            : null);
        Require<object?>(MaximumSize, () => Format == ArchiveFormat.Docker && IsBound(nameof(MaximumSize))
            ? throw new InvalidOptionException(
                "A docker archive cannot be divided into parts: docker loads only complete archives.",
                "Specify -Format Oci, or omit -MaximumSize.")
            : null);
        Require<object?>(IncludeReferrers, () => Format == ArchiveFormat.Docker && IncludeReferrers
            ? throw new InvalidOptionException(
                "A docker archive cannot contain referrers: it has no manifests that they could refer to.",
                "Specify -Format Oci, or omit -IncludeReferrers.")
            : null);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!TryCache(CachePath, out var cache))
        {
            return;
        }

        _content ??= Baseline is null ? null : Require(Baseline, () => new BaselineInput(this, cache).Read(Baseline));

        foreach (var text in Lines.Read(Reference))
        {
            Try(text, () => _images.AddRange(
                Await(token => CacheLookup.FindAnyAsync(cache, text, token)).Select(entry => (text, cache, entry))));
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
        else if (_images.Count > 0
            && ShouldProcess(target, $"Export {string.Join(", ", _images.Select(image => image.Entry.PrintableName()))}"))
        {
            var progress = Progress;
            Start(Path, (pending, token) => IsBound(nameof(MaximumSize))
                ? ExportPartsAsync(target, progress, pending, token)
                : ExportAsync(target, progress, pending, token));
        }

        base.EndProcessing();
    }

    private void Plan(string path)
    {
        // In the order of writing: layers that an image shares with an earlier one are already in the tar.
        var tar = new PlannedArchive(path, ReplacesFile, _content);
        foreach (var (input, cache, entry) in _images)
        {
            Copies.StartPlan(input, RequestFor(tar, cache, entry));
        }
    }

    private async Task ExportAsync(string path, ProgressReporter progress, PendingInput pending, CancellationToken cancellationToken)
    {
        var tar = ArchiveWriter.Create(path, Format, ReplacesFile, _content);
        await using (tar.ConfigureAwait(false))
        {
            var exported = await CopyAsync(tar, progress, pending, null, cancellationToken).ConfigureAwait(false);
            if (exported.Count > 0)
            {
                await tar.CompleteAsync(cancellationToken).ConfigureAwait(false);
                Write(pending, [path], exported);
            }
        }
    }

    // First the images are measured: the copies read their manifests and write nothing. Then each part is written as an archive.
    private async Task ExportPartsAsync(
        string path, ProgressReporter progress, PendingInput pending, CancellationToken cancellationToken)
    {
        var measure = new BundleMeasure(path);
        var exported = await CopyAsync(measure, progress, pending, measure.Begin, cancellationToken).ConfigureAwait(false);
        if (exported.Count == 0)
        {
            return;
        }

        var bundle = new BundleWriter(BundlePlan.Create(measure, _content, path, MaximumSize), path, ReplacesFile, Log);
        await bundle.WriteAsync(
            part => CopyAsync(part, progress, null, null, cancellationToken), cancellationToken).ConfigureAwait(false);
        Write(pending, bundle.Paths, exported);
    }

    private async Task<List<string>> CopyAsync(
        IImageTarget tar, ProgressReporter progress, PendingInput? errors, Action? begin, CancellationToken cancellationToken)
    {
        var exported = new List<string>();
        foreach (var (input, cache, entry) in _images.Where(image => !_failed.Contains(image.Entry)))
        {
            try
            {
                begin?.Invoke();
                var copy = RequestFor(tar, cache, entry);
                exported.Add(CopySummary.Of(copy, await Copies.RunAsync(copy, progress, cancellationToken).ConfigureAwait(false)));
            }
            catch (ImagePusherException error) when (errors is not null && error is not InsufficientSpaceException)
            {
                // An image that cannot be exported is one error; the tar gets the others.
                error.NameImage(entry.PrintableName());
                errors.WriteError(error, input);
                _failed.Add(entry);
            }
        }

        return exported;
    }

    private static void Write(PendingInput pending, string[] paths, List<string> exported)
    {
        exported.ForEach(line => pending.Do(cmdlet => cmdlet.WriteInformation(line, ["ImagePusher"])));

        // From the provider, the file has the properties that Get-Item adds: PSPath, which binds, and the mode that tables show.
        pending.Do(cmdlet => cmdlet.WriteObject(
            cmdlet.InvokeProvider.Item.Get(paths, force: true, literalPath: true), enumerateCollection: true));
    }

    private CopyRequest RequestFor(IImageTarget tar, ImageCache cache, CacheEntry entry) => new()
    {
        Action = "Export image",
        Activity = "Exporting",
        Label = entry.PrintableName(),
        Place = tar.Description,
        Select = async token => new ImageSelection(cache, await cache.GetManifestAsync(entry.Descriptor, token).ConfigureAwait(false))
        {
            SourceName = entry.Reference,
            Name = entry.Reference,
        },
        Target = tar,
        Name = entry.Reference ?? ImageReference.Create("localhost", "image", null, entry.Digest),
        OptionsFor = _ => new CopyOptions
        {
            Compression = LayerCompression.None,
            DecodeLayers = Format == ArchiveFormat.Docker,
            Platforms = Platforms,
            IncludeReferrers = IncludeReferrers,
            DefaultPlatformOnly = Format == ArchiveFormat.Docker && Platforms.Count == 0,
            ThrottleLimit = 1,
        },
        Copier = PusherSession.Current.Copier(),
    };
}
