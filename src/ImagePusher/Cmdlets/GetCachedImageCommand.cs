using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Cache;
using ImagePusher.Output;
using ImagePusher.Pipeline;

namespace ImagePusher.Cmdlets;

/// <summary>Get-CachedImage: lists cached images.</summary>
[Cmdlet(VerbsCommon.Get, "CachedImage")]
[OutputType(typeof(CachedImage))]
public sealed class GetCachedImageCommand : CachedImageCommand
{
    private List<Predicate<Core.Oci.Digest>>? _digests;

    /// <summary>Names, digests or wildcard patterns; all images by default.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CachedReferenceCompleter))]
    public override string[] Reference { get; set; } = ["*"];

    /// <summary>Only images with one of these digests, or made from one; the first digits are sufficient.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(CachedDigestCompleter))]
    public string[]? Digest { get; set; }

    /// <summary>List referrers that were copied along with an image too: signatures, SBOMs, attestations.</summary>
    [Parameter]
    public SwitchParameter IncludeReferrers { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() =>
        _digests = Digest?.Select(text => Require(text, () => CachedDigests.Parse(text))).ToList();

    private protected override void Process(ImageCache cache, string text) => Start(text, async (pending, token) =>
    {
        var entries = await CacheLookup.FindAsync(cache, text, token, IncludeReferrers).ConfigureAwait(false);
        foreach (var image in await CachedImage.OfAllAsync(cache, [.. entries.Where(IsWanted)], token).ConfigureAwait(false))
        {
            pending.Write(image);
        }
    });

    private bool IsWanted(CacheEntry entry) =>
        _digests?.Exists(isWanted => isWanted(entry.Digest) || (entry.SourceDigest is { } source && isWanted(source))) != false;
}
