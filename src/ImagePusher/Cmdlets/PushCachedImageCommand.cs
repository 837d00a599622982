using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Push-CachedImage: cache to registry.</summary>
[Cmdlet(VerbsCommon.Push, "CachedImage", SupportsShouldProcess = true)]
[OutputType(typeof(ImagePushResult), typeof(ImageCopyPlan))]
public sealed class PushCachedImageCommand : RegistryCommand
{
    private DestinationMap _destination = null!;

    /// <summary>The cached images: names or wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CachedReferenceCompleter))]
    public string[] Reference { get; set; } = [];

    /// <summary>A registry, a folder of one (ends with '/'), or the full name of the target.</summary>
    [Parameter(Mandatory = true, Position = 1, HelpMessage = "A registry (localhost:5000), a folder of one (localhost:5000/team/) or a full name (localhost:5000/team/app:1.0)")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(DestinationCompleter))]
    public string Destination { get; set; } = "";

    /// <summary>Push what the cache has of an incomplete index, as an index of its own.</summary>
    [Parameter]
    public SwitchParameter AllowPartial { get; set; }

    /// <summary>Write what would be done as an object, and do nothing.</summary>
    [Parameter]
    public SwitchParameter PlanOnly { get; set; }

    /// <summary>The digest that the image has in the cache: pushes exactly this, though its name may have moved on.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(CachedDigestCompleter))]
    public string? Digest { get; set; }

    /// <summary>The cache's folder.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? CachePath { get; set; }

    private protected override bool WantsPlan => PlanOnly;

    /// <inheritdoc/>
    protected override void BeginProcessing() => _destination = Require(Destination, () => DestinationMap.Parse(Destination));

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // What binds by name may be an object that knows no digest, and the binder makes an empty text of its null.
        string? digest = null;
        if (!TryCache(CachePath, out var cache)
            || !Try(Digest, () => digest = Digest is { Length: > 0 } ? Core.Oci.Digest.Parse(Digest).ToString() : null))
        {
            return;
        }

        foreach (var text in Reference)
        {
            IReadOnlyList<CacheEntry> entries = [];
            if (Try(text, () => entries = Await(token => CacheLookup.FindAsync(cache, text, token))))
            {
                foreach (var entry in entries)
                {
                    Try(text, () => Push(text, cache, entry, digest));
                }
            }
        }
    }

    private void Push(string input, ImageCache cache, CacheEntry entry, string? wanted)
    {
        var digest = wanted ?? entry.Descriptor.Digest.ToString();
        var (name, expected, _) = _destination.For(entry.Reference, entry.ToString(), digest);
        var throttle = Access.ThrottleFor(name.Registry);
        StartCopy(
            input,
            new CopyRequest
            {
                Action = "Push image",
                Activity = "Pushing",
                Label = entry.ToString(),
                Select = async token => new ImageSelection(cache, await cache.ResolveAsync(digest, token).ConfigureAwait(false))
                {
                    SourceDigest = entry.SourceDigest,
                },
                Target = Access.Repository(name),
                Name = name,
                OptionsFor = _ => new CopyOptions
                {
                    Compression = LayerCompression.None,
                    AllowPartial = AllowPartial,
                    ExpectedDigest = expected,
                    ThrottleLimit = throttle,
                },
                Copier = PusherSession.Current.Copier(cache),
            },
            (result, _) =>
            {
                PusherSession.Current.Saw(result.Name);
                return Task.FromResult<object>(PushResults.Of(entry.ToString(), result));
            });
    }
}
