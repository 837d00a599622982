using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Repair-CachedImage: fetches again, from the registry of its name, what an image in the cache lacks or has damaged.</summary>
[Cmdlet(VerbsDiagnostic.Repair, "CachedImage", SupportsShouldProcess = true)]
[OutputType(typeof(CachedImage))]
public sealed class RepairCachedImageCommand : RegistryCommand
{
    /// <summary>The cached images: names or wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CachedReferenceCompleter))]
    public string[] Reference { get; set; } = [];

    /// <summary>The cache's folder.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? CachePath { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!TryCache(CachePath, out var cache))
        {
            return;
        }

        foreach (var text in Reference)
        {
            IReadOnlyList<CacheEntry> entries = [];
            Try(text, () => entries = Await(token => CacheLookup.FindAsync(cache, text, token)));
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
            WriteVerbose($"{entry} is whole.");
            Start(input, async (pending, token) => pending.Write(await CachedImages.OfAsync(cache, entry, token).ConfigureAwait(false)));
            return;
        }

        var name = entry.Reference ?? throw new ImageNotCachedException(
            $"{entry} is damaged, and its name does not say which registry it came from.", "Import or save it again.");
        var bad = report.Missing.Concat(report.Damaged.Select(damaged => damaged.Descriptor)).ToList();
        if (IsWhatIf)
        {
            // The plan of a copy would find the damaged blobs in the cache, where they still are.
            ShouldProcess($"Repair cached image {entry}: fetch {bad.Count} blobs, {SizeText.Of(bad.Sum(blob => blob.Size))}, from {name.Registry} again.\n  {string.Join("\n  ", bad.Select(blob => blob.Digest))}", null, null);
            return;
        }

        StartCopy(
            input,
            new CopyRequest
            {
                Action = "Repair cached image",
                Activity = "Repairing",
                Label = entry.ToString(),
                Select = token => SelectAsync(cache, entry, report, bad, name, token),
                Target = cache,
                Name = name,
                OptionsFor = _ => new CopyOptions { Compression = LayerCompression.None, ThrottleLimit = Access.ThrottleFor(name.Registry) },
                Copier = PusherSession.Current.Copier(cache),
            },
            async (result, token) => await CachedImages.OfAsync(cache, (await cache.FindAsync(result.Name.ToString(), token).ConfigureAwait(false))!, token).ConfigureAwait(false));
    }

    private async Task<ImageSelection> SelectAsync(
        ImageCache cache, CacheEntry entry, VerifyReport report, IReadOnlyList<Descriptor> bad, ImageReference name, CancellationToken cancellationToken)
    {
        await cache.DiscardAsync(report, cancellationToken).ConfigureAwait(false);

        // An index that was rewritten here exists nowhere else: as long as it is whole, only what it names is fetched.
        var repository = Access.Repository(name);
        var isRootLost = bad.Any(blob => blob.Digest == entry.Digest);
        Manifest root = isRootLost
            ? await repository.ResolveAsync(entry.Digest.ToString(), cancellationToken).ConfigureAwait(false)
            : await cache.GetManifestAsync(entry.Descriptor, cancellationToken).ConfigureAwait(false);
        return new ImageSelection(repository, root) { SourceDigest = entry.SourceDigest };
    }
}
