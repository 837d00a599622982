using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Cache;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Get-CachedImage.</summary>
[Cmdlet(VerbsCommon.Get, "CachedImage")]
[OutputType(typeof(CachedImage))]
public sealed class GetCachedImageCommand : AsyncCommand
{
    private List<Core.Oci.Digest>? _digests;

    /// <summary>Names or wildcards; all images where none is given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CachedReferenceCompleter))]
    public string[] Reference { get; set; } = ["*"];

    /// <summary>Only images with one of these digests, or made from one.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(CachedDigestCompleter))]
    public string[]? Digest { get; set; }

    /// <summary>The cache's folder.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? CachePath { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => _digests = Digest?.Select(text => Require(text, () => Core.Oci.Digest.Parse(text))).ToList();

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!TryCache(CachePath, out var cache))
        {
            return;
        }

        foreach (var reference in Reference)
        {
            Start(reference, async (pending, token) =>
            {
                var entries = await CacheLookup.FindAsync(cache, reference, token).ConfigureAwait(false);
                foreach (var image in await CachedImages.OfAllAsync(cache, [.. entries.Where(IsWanted)], token).ConfigureAwait(false))
                {
                    pending.Write(image);
                }
            });
        }
    }

    private bool IsWanted(CacheEntry entry) =>
        _digests is null || _digests.Contains(entry.Descriptor.Digest) || (entry.SourceDigest is { } source && _digests.Contains(source));
}
