using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Core.Cache;
using ImagePusher.Output;
using ImagePusher.Pipeline;

namespace ImagePusher.Cmdlets;

/// <summary>Test-CachedImage: verifies that images are complete and undamaged.</summary>
[Cmdlet(VerbsDiagnostic.Test, "CachedImage")]
[OutputType(typeof(CachedImageTest), typeof(bool))]
public sealed class TestCachedImageCommand : CachedImageCommand
{
    /// <summary>Read and hash all content, not only verify that it exists.</summary>
    [Parameter]
    public SwitchParameter Full { get; set; }

    /// <summary>Write true or false; for an image that is not cached, write false instead of an error.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private protected override void Process(ImageCache cache, string text) =>
        Start(text, (pending, token) => TestAsync(cache, text, pending, token));

    private async Task TestAsync(ImageCache cache, string text, PendingInput pending, CancellationToken cancellationToken)
    {
        IReadOnlyList<CacheEntry> entries;
        try
        {
            entries = await CacheLookup.FindAnyAsync(cache, text, cancellationToken).ConfigureAwait(false);
        }
        catch (ImageNotCachedException) when (Quiet)
        {
            pending.Write(false);
            return;
        }

        foreach (var entry in entries)
        {
            var report = await cache.VerifyAsync(entry, Full, cancellationToken).ConfigureAwait(false);
            pending.Write(Quiet ? report.IsIntact : CachedImageTest.Of(cache, entry, report, Full));
        }
    }
}
