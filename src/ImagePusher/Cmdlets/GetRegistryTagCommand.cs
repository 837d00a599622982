using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Naming;
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

    /// <summary>The repositories; a tag or digest in the reference is ignored.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Repository")]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(SeenRepositoryCompleter))]
    public string[] Reference { get; set; } = [];

    /// <summary>Only tags that match one of these wildcard patterns.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Filter { get; set; }

    /// <summary>Only tags that are versions in this range, such as '>=1.20 &lt;2', in ascending order.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Version { get; set; }

    /// <summary>Sort by version, in ascending order; tags that are not versions come first.</summary>
    [Parameter]
    public SwitchParameter Sort { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() =>
        _filter = new TagFilter(RequireWildcards(Filter), Require(Version, () => Version is null ? null : VersionRange.Parse(Version)));

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var text in Lines.Read(Reference))
        {
            Try(text, () => List(References.Parse(text)));
        }
    }

    private void List(ImageReference reference)
    {
        var repository = Access.Repository(reference);
        var tags = Each(repository.GetTagsAsync).Where(_filter.IsMatch);
        foreach (var tag in Sort || Version is not null ? TagFilter.Order(tags) : tags)
        {
            var name = reference.WithTag(tag);
            PusherSession.Current.Saw(name);
            WriteObject(RegistryTag.Of(name));
        }
    }
}
