using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Registry;
using ImagePusher.Core.Sync;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Get-RegistryTag: lists the tags of repositories.</summary>
[Cmdlet(VerbsCommon.Get, "RegistryTag")]
[OutputType(typeof(RegistryTag))]
public sealed class GetRegistryTagCommand : RegistryListCommand
{
    private TagFilter _filter = null!;
    private DateTimeOffset _latest;

    /// <summary>The repositories; a tag or digest in the reference is ignored.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Repository")]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(KnownRepositoryCompleter))]
    public string[] Reference { get; set; } = [];

    /// <summary>Only tags that match one of these wildcard patterns, or of these regular expressions between slashes.</summary>
    [Parameter]
    [Alias("Filter")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [TagPattern]
    public string[]? Include { get; set; }

    /// <summary>Only tags that match none of these wildcard patterns and regular expressions.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [TagPattern]
    public string[]? Exclude { get; set; }

    /// <summary>Only tags that are versions in this range, such as '^1.2' or '>=1.20 &lt;2', in ascending order.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Version { get; set; }

    /// <summary>Only versions of this variant: the text after the version's last '-', such as alpine.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Variant { get; set; }

    /// <summary>The number of the newest versions.</summary>
    [Parameter]
    [ValidateQuantity(1, 1_000_000, "the number of the newest versions")]
    public int Newest { get; set; }

    /// <summary>Take the newest of each major version, or of each minor version.</summary>
    [Parameter]
    public VersionPart NewestPer { get; set; }

    /// <summary>Read when each image was created.</summary>
    [Parameter]
    public SwitchParameter WithDate { get; set; }

    /// <summary>Only images that were created longer ago than this.</summary>
    [Parameter]
    [Duration]
    [ValidateQuantity(0, 31_536_000_000, "the minimum age of an image, in seconds")]
    public TimeSpan OlderThan { get; set; }

    /// <summary>Sort by version, in ascending order; tags that are not versions come first.</summary>
    [Parameter]
    public SwitchParameter Sort { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _latest = DateTimeOffset.UtcNow - OlderThan;
        _filter = new TagFilter
        {
            Include = Patterns(Include),
            Exclude = Patterns(Exclude) ?? [],
            Versions = Require(Version, () => Version is null ? null : VersionRange.Parse(Version)),
            Variant = Variant,
            Newest = IsBound(nameof(Newest)) ? Newest : IsBound(nameof(NewestPer)) ? 1 : null,
            NewestPerParts = (int)NewestPer,
        };
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var text in Lines.Read(Reference))
        {
            Try(text, () => List(text, References.ParseRepository(text)));
        }
    }

    private TagPattern[]? Patterns(string[]? texts) =>
        texts is null ? null : [.. texts.Select(text => Require(text, () => TagPattern.Parse(text)))];

    private void List(string input, ImageReference reference)
    {
        var repository = Access.Repository(reference);
        foreach (var tag in _filter.Apply(Each(repository.GetTagsAsync), Sort))
        {
            var name = reference.WithTag(tag);
            PusherSession.Current.AddKnownReference(name);
            if (WithDate || IsBound(nameof(OlderThan)))
            {
                Start(input, (pending, token) => ReadAsync(repository, name, pending, token));
            }
            else
            {
                WriteObject(RegistryTag.Of(name));
            }
        }
    }

    private async Task ReadAsync(
        RegistryRepository repository, ImageReference name, PendingInput pending, CancellationToken cancellationToken)
    {
        var (manifest, created) = await ImageDates.ReadAsync(repository, name.Tag!, cancellationToken).ConfigureAwait(false);
        if (!IsBound(nameof(OlderThan)) || created < _latest)
        {
            pending.Write(RegistryTag.Of(name, manifest.Digest, created));
        }
    }
}
