using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Core.Cache;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Test-CachedImage.</summary>
[Cmdlet(VerbsDiagnostic.Test, "CachedImage")]
[OutputType(typeof(CachedImageTest), typeof(bool))]
public sealed class TestCachedImageCommand : AsyncCommand
{
    /// <summary>The cached images: names or wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CachedReferenceCompleter))]
    public string[] Reference { get; set; } = [];

    /// <summary>Read and hash every byte, not only look whether all is there.</summary>
    [Parameter]
    public SwitchParameter Full { get; set; }

    /// <summary>Write true or false; an image that is not cached is false, not an error.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

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
            Start(text, (pending, token) => TestAsync(cache, text, pending, token));
        }
    }

    private async Task TestAsync(ImageCache cache, string text, PendingInput pending, CancellationToken cancellationToken)
    {
        IReadOnlyList<CacheEntry> entries;
        try
        {
            entries = await CacheLookup.FindAsync(cache, text, cancellationToken).ConfigureAwait(false);
        }
        catch (ImageNotCachedException) when (Quiet)
        {
            pending.Write(false);
            return;
        }

        foreach (var entry in entries)
        {
            var report = await cache.VerifyAsync(entry, Full, cancellationToken).ConfigureAwait(false);
            pending.Write(Quiet ? report.IsIntact : Test(cache, entry, report));
        }
    }

    private CachedImageTest Test(ImageCache cache, CacheEntry entry, VerifyReport report) => new()
    {
        Reference = entry.ToString(),
        Digest = entry.Descriptor.Digest.ToString(),
        IsValid = report.IsIntact,
        IsFull = Full,
        BytesRead = report.BytesRead,
        Missing = [.. report.Missing.Select(missing => missing.Digest.ToString())],
        Damaged = [.. report.Damaged.Select(damaged => damaged.Descriptor.Digest.ToString())],
        CachePath = cache.Path,
    };
}
