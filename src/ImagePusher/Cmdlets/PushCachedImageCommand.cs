using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Transfer;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Push-CachedImage: copies images from the cache to a registry.</summary>
[Cmdlet(VerbsCommon.Push, "CachedImage", SupportsShouldProcess = true)]
[OutputType(typeof(ImagePushResult), typeof(ImageCopyPlan))]
public sealed class PushCachedImageCommand : PushCommand
{
    /// <summary>The cached images: names, digests or wildcard patterns.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CachedReferenceCompleter))]
    public string[] Reference { get; set; } = [];

    /// <summary>Push the available part of an incomplete index as a new index.</summary>
    [Parameter]
    public SwitchParameter AllowPartial { get; set; }

    /// <summary>The digest of the image in the cache: pushes exactly this image, even if its name now belongs to another one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(CachedDigestCompleter))]
    public string? Digest { get; set; }

    /// <summary>The folder of the cache.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? CachePath { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        string? digest = null;
        if (!TryCache(CachePath, out var cache)
            || !Try(Digest, () => digest = Await(token => CachedDigests.FindAsync(cache, Digest, token))?.ToString()))
        {
            return;
        }

        foreach (var text in Lines.Read(Reference))
        {
            Try(text, () =>
            {
                // All names are mapped before the first byte is sent. An image without a usable name does not stop the others.
                var entries = Await(token => CacheLookup.FindAnyAsync(cache, text, token));
                var targets = Targets.ForAll(
                    [.. entries.Select(entry => (entry.Reference, entry.PrintableName(), digest ?? entry.Digest.ToString()))]);
                foreach (var (entry, target) in entries.Zip(targets))
                {
                    Try(text, () => Push(text, cache, entry, digest, target.Name ?? throw target.Error!));
                }
            });
        }
    }

    private void Push(string input, ImageCache cache, CacheEntry entry, string? wanted, DestinationName destination)
    {
        var digest = wanted ?? entry.Digest.ToString();
        var (name, expected, _) = destination;
        var access = Access;
        var throttle = access.ThrottleFor(name.Registry);
        Copies.Start(
            input,
            new CopyRequest
            {
                Action = "Push image",
                Activity = "Pushing",
                Label = entry.PrintableName(),
                Select = async token => new ImageSelection(cache, await cache.ResolveAsync(digest, token).ConfigureAwait(false))
                {
                    SourceDigest = entry.SourceDigest,
                    Origin = entry.Reference,
                    SourceName = entry.Reference,
                    Name = entry.Reference,
                },
                Target = Access.Repository(name),
                Name = name,
                OptionsFor = _ => new CopyOptions
                {
                    Compression = LayerCompression.None,
                    Platforms = Platforms,
                    IncludeReferrers = IncludeReferrers,
                    AllowPartial = AllowPartial,
                    Force = Force,
                    NoClobber = NoClobber,
                    ExpectedDigest = expected,
                    ThrottleLimit = throttle,
                },
                Copier = PusherSession.Current.Copier(),
            },
            async (result, token) =>
            {
                PusherSession.Current.AddKnownReference(result.Name);
                await Library.RunAsync(destination, access, token).ConfigureAwait(false);
                return ImagePushResult.Of(entry.PrintableName(), result);
            });
    }
}
