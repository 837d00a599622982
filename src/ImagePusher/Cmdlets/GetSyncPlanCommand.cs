using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Sync;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Get-SyncPlan: lists the images that sync files select.</summary>
[Cmdlet(VerbsCommon.Get, "SyncPlan", DefaultParameterSetName = ArchiveInput.PathSet)]
[OutputType(typeof(SyncPlanItem))]
public sealed class GetSyncPlanCommand : RegistryCommand
{
    /// <summary>Sync files of skopeo or regsync; wildcards are permitted.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ArchiveInput.PathSet, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SyncFileCompleter))]
    public string[] Path { get; set; } = [];

    /// <summary>Sync files, without wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ArchiveInput.LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName", "LP")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SyncFileCompleter))]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>A registry or a prefix within one (ends with '/'), to show the names of the copies.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(DestinationCompleter))]
    public string? Destination { get; set; }

    /// <summary>Keep <c>library/</c> in the names of Docker Hub's official images.</summary>
    [Parameter]
    public SwitchParameter KeepLibrary { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() =>
        Require(Destination, () => Destination is null ? null : DestinationRule.Parse(Destination));

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var isLiteral = ParameterSetName == ArchiveInput.LiteralPathSet;
        _ = SyncFileLoader.ForEach(this, isLiteral ? LiteralPath : Path, isLiteral, List);
    }

    private void List(string input, SyncFile file)
    {
        var access = new SyncAccess(Access, file.Registries);
        Await(access.OpenAsync);
        try
        {
            var targets = SyncTargetFactory.Of(Destination, IsBound(nameof(KeepLibrary)) ? KeepLibrary.IsPresent : null);
            foreach (var selection in SyncFileLoader.Select(this, file, access, ThrottleLimit))
            {
                _ = selection.Error is null || Try(selection.Repository?.ToString() ?? input, () => throw selection.Error);
                foreach (var image in selection.Images)
                {
                    Try(image.ToString(), () => WriteObject(SyncItem.Of(file, selection.Entry, image).ToPlan(
                        Destination is null && selection.Entry.Target is null ? null : targets.For(selection.Entry.Target, image).Name)));
                }
            }
        }
        finally
        {
            access.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
