using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.Core.Transfer;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Repair-CachedImage: copies missing and damaged content again, from the registry of the name or from an archive.</summary>
[Cmdlet(VerbsDiagnostic.Repair, "CachedImage", SupportsShouldProcess = true)]
[OutputType(typeof(CachedImage))]
public sealed class RepairCachedImageCommand : RegistryCommand
{
    private CopyPolicies _policies = null!;

    /// <summary>The cached images: names, digests or wildcard patterns.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CachedReferenceCompleter))]
    public string[] Reference { get; set; } = [];

    /// <summary>An image archive or OCI layout directory to copy the content from, instead of the registry of the name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageTarCompleter))]
    public string? Path { get; set; }

    /// <inheritdoc cref="TransferCommand.SignaturePolicy"/>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PolicyCompleter))]
    public string? SignaturePolicy { get; set; }

    /// <summary>The folder of the cache.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? CachePath { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => _policies = CopyPolicies.Of(this, SignaturePolicy);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!TryCache(CachePath, out var cache))
        {
            return;
        }

        foreach (var text in Lines.Read(Reference))
        {
            IReadOnlyList<CacheEntry> entries = [];
            Try(text, () => entries = Await(token => CacheLookup.FindAnyAsync(cache, text, token)));
            foreach (var entry in entries)
            {
                Try(text, () => Repair(text, cache, entry));
            }
        }
    }

    private void Repair(string input, ImageCache cache, CacheEntry entry)
    {
        var report = Await(token => cache.VerifyAsync(entry, full: true, token));
        if (report.IsIntact)
        {
            WriteVerbose($"{entry.PrintableName()} is complete and undamaged.");
            Start(input, async (pending, token) => pending.Write(await CachedImage.OfAsync(cache, entry, token).ConfigureAwait(false)));
            return;
        }

        var name = entry.Reference ?? throw new IncompleteImageException(
            $"{entry.PrintableName()} is damaged, and its name includes no registry to download it from.", "Import or save it again.");
        var source = Path is null ? null : Await(token => ArchivedCopy.OpenAsync(
            PathResolver.Existing(this, Path, isLiteral: true).Single(), cache, entry, Log, token));
        var origin = source?.Selection ?? new ImageSelection(Access.Repository(name), entry.Descriptor) { Name = name };
        try
        {
            Await(token => RepairVerification.RunAsync(_policies, origin, cache, entry, token));
        }
        catch
        {
            source?.Dispose();
            throw;
        }

        var bad = report.Missing.Concat(report.Damaged.Select(damaged => damaged.Descriptor)).ToList();
        if (IsWhatIf)
        {
            // The plan of a copy would find the damaged blobs in the cache, where they still are.
            var size = SizeText.Of(bad.SumBytes(blob => blob.Size));
            ShouldProcess(
                $"Repair cached image {entry.PrintableName()}: " +
                $"copy {bad.Count} {(bad.Count == 1 ? "blob" : "blobs")}, {size}, from {source?.Archive.Path ?? name.Registry} again.\n  " +
                string.Join("\n  ", bad.Select(blob => blob.Digest)), null, null);
            source?.Dispose();
            return;
        }

        new CopyRunner(this, isPlanOnly: false, policies: null).Start(
            input,
            new CopyRequest
            {
                Action = "Repair cached image",
                Activity = "Repairing",
                Label = entry.PrintableName(),
                Select = token => source is null
                    ? SelectAsync(cache, entry, report, bad, Access.Repository(name), token)
                    : source.SelectAsync(cache, report, token),
                Target = cache,
                Name = name,
                OptionsFor = _ => source?.Options
                    ?? new CopyOptions { Compression = LayerCompression.None, ThrottleLimit = Access.ThrottleFor(name.Registry) },
                Copier = PusherSession.Current.Copier(),
                Release = () => source?.Dispose(),
            },
            async (result, token) => await CachedImage.FindAsync(cache, result.Name.ToString(), token).ConfigureAwait(false));
    }

    private static async Task<ImageSelection> SelectAsync(
        ImageCache cache, CacheEntry entry, VerifyReport report, IReadOnlyList<Descriptor> bad, RegistryRepository source,
        CancellationToken cancellationToken)
    {
        await cache.DiscardAsync(report, cancellationToken).ConfigureAwait(false);

        // An index that was rewritten here exists nowhere else: while it is undamaged, only the content that it names is downloaded.
        var isRootLost = bad.Any(blob => blob.Digest == entry.Digest);
        Manifest root = isRootLost
            ? await source.ResolveAsync(entry.Digest.ToString(), cancellationToken).ConfigureAwait(false)
            : await cache.GetManifestAsync(entry.Descriptor, cancellationToken).ConfigureAwait(false);
        return new ImageSelection(source, root) { SourceDigest = entry.SourceDigest };
    }
}
