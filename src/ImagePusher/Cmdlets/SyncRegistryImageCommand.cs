using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Sync;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Sync-RegistryImage: copies the images that sync files select.</summary>
[Cmdlet(
    VerbsData.Sync, "RegistryImage", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High,
    DefaultParameterSetName = ArchiveInput.PathSet)]
[OutputType(typeof(SyncResult), typeof(SyncPlanItem))]
public sealed class SyncRegistryImageCommand : RegistryTransferCommand
{
    private const string PlanSet = "Plan";

    private readonly List<SyncAccess> _opened = [];
    private readonly List<SyncTargetSelection> _selected = [];
    private SyncInput _input = null!;
    private SyncRun _run = null!;
    private SyncReport? _report;
    private bool _isComplete = true;

    /// <summary>Sync files of skopeo or regsync; wildcards are permitted.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ArchiveInput.PathSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SyncFileCompleter))]
    public string[] Path { get; set; } = [];

    /// <summary>Sync files, without wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ArchiveInput.LiteralPathSet)]
    [Alias("PSPath", "FullName", "LP")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SyncFileCompleter))]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Images to copy: objects of Get-SyncPlan; or sync files.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PlanSet, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject[] Plan { get; set; } = [];

    /// <summary>A registry, or a prefix within one (ends with '/'); by default the targets of the file.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(DestinationCompleter))]
    public string? Destination { get; set; }

    /// <summary>Keep <c>library/</c> in the names of Docker Hub's official images.</summary>
    [Parameter]
    public SwitchParameter KeepLibrary { get; set; }

    /// <summary>The credential for the destination, to use instead of Connect-Registry and the configuration files.</summary>
    [Parameter]
    [Credential]
    public PSCredential? DestinationCredential { get; set; }

    /// <summary>A file to which each result is written as a line of JSON when it is known; an existing file is replaced.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ResultPath { get; set; }

    /// <summary>The number of remaining pulls of a source below which the run waits.</summary>
    [Parameter]
    [ValidateQuantity(0, 1_000_000, "the number of remaining pulls")]
    public int MinimumRateLimit { get; set; }

    /// <summary>The action if fewer pulls remain.</summary>
    [Parameter]
    public RateLimitAction RateLimitAction { get; set; }

    // A file may set another limit.
    /// <inheritdoc/>
    protected override int Window => _input?.Throttle ?? ThrottleLimit;

    /// <summary>Remove tags of the targets that the file covers but no longer selects.</summary>
    [Parameter(ParameterSetName = ArchiveInput.PathSet)]
    [Parameter(ParameterSetName = ArchiveInput.LiteralPathSet)]
    public SwitchParameter Prune { get; set; }

    /// <summary>Remove tags that the file does not cover too.</summary>
    [Parameter(ParameterSetName = ArchiveInput.PathSet)]
    [Parameter(ParameterSetName = ArchiveInput.LiteralPathSet)]
    public SwitchParameter PruneUnknown { get; set; }

    /// <summary>The maximum number of tags that a run removes; if there are more, none is removed.</summary>
    [Parameter(ParameterSetName = ArchiveInput.PathSet)]
    [Parameter(ParameterSetName = ArchiveInput.LiteralPathSet)]
    [ValidateQuantity(0, 1_000_000, "the maximum number of removals")]
    public int MaximumRemovals { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        Require(Destination, () => Destination is null ? null : DestinationRule.Parse(Destination));
        _ = Require(PruneUnknown, () => Prune || !PruneUnknown ? PruneUnknown : throw new Core.InvalidOptionException(
            "Nothing is removed without -Prune.", "Specify -Prune with -PruneUnknown."));
        if (ResultPath is not null && !IsWhatIf && !PlanOnly)
        {
            _report = Require(ResultPath, () => SyncReport.Create(PathResolver.Target(this, ResultPath)));
        }

        _run = new SyncRun(this, Copies, new SyncOptions
        {
            Platforms = Platforms,
            IncludeReferrers = IsBound(nameof(IncludeReferrers)) ? IncludeReferrers.IsPresent : null,
            NoClobber = NoClobber,
            Force = Force,
            MinimumRateLimit = IsBound(nameof(MinimumRateLimit)) ? MinimumRateLimit : null,
            StopsAtRateLimit = RateLimitAction == RateLimitAction.Stop,
            ThrottleFor = Access.ThrottleFor,
            Report = _report,
        });
        _input = new SyncInput(this, SyncTargetFactory.Of(Destination, IsBound(nameof(KeepLibrary)) ? KeepLibrary.IsPresent : null), Open)
        {
            ThrottleLimit = IsBound(nameof(ThrottleLimit)) ? ThrottleLimit : null,
        };
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == PlanSet)
        {
            foreach (var item in Plan)
            {
                Copy(item);
            }

            return;
        }

        var isLiteral = ParameterSetName == ArchiveInput.LiteralPathSet;
        if (!SyncFileLoader.ForEach(this, isLiteral ? LiteralPath : Path, isLiteral, (_, file) => Copy(file)))
        {
            _isComplete = false;
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Prune)
        {
            // Only received content determines which content is no longer needed.
            Drain();
            new SyncPrune(this, _run, _selected)
            {
                RemovesUnknown = PruneUnknown,
                AllowsEmpty = Force,
                MaximumRemovals = IsBound(nameof(MaximumRemovals)) ? MaximumRemovals : null,
                IsPlanOnly = PlanOnly,
                Uncertainty = _isComplete ? null : "not everything that the files select could be read",
            }.Run();
        }

        base.EndProcessing();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _opened.ForEach(access => access.DisposeAsync().AsTask().GetAwaiter().GetResult());
        _opened.Clear();
        _report?.Dispose();
    }

    private void Copy(PSObject item)
    {
        if (item.BaseObject is FileInfo file)
        {
            _ = SyncFileLoader.ForEach(this, [file.FullName], isLiteral: true, (_, read) => Copy(read));
        }
        else
        {
            Try(item, () => _ = Copy(_input.Read(item)));
        }
    }

    private void Copy(SyncFile file)
    {
        var (access, selections) = _input.Select(file);
        foreach (var selection in selections)
        {
            var names = new List<ImageReference>();
            if (selection.Error is not null)
            {
                _run.Reject(SyncInput.Failed(file, selection), null, selection.Error);
            }

            // Content of repositories that were not listed may be required in any repository of the target.
            _isComplete &= selection.Repository is not null;

            foreach (var image in selection.Images)
            {
                if (Copy((SyncItem.Of(file, selection.Entry, image), access)) is { } target)
                {
                    names.Add(target);
                }
            }

            if (selection.Repository is not null && RepositoryOf(selection) is { } repository)
            {
                _selected.Add(new SyncTargetSelection(selection, repository, names, access));
            }
        }
    }

    // The repository at the target; null if no image has a target, which was reported: there is nothing to compare with.
    private ImageReference? RepositoryOf(SyncSelection selection)
    {
        try
        {
            return _input.TargetOf(selection);
        }
        catch (Core.ImagePusherException) when (selection.Images.Count > 0)
        {
            return null;
        }
    }

    // The name at the target; null without one.
    private ImageReference? Copy((SyncItem Item, SyncAccess Access) image)
    {
        DestinationName target;
        try
        {
            target = _input.TargetOf(image.Item);
        }
        catch (Core.ImagePusherException error)
        {
            _run.Reject(image.Item, null, error);
            return null;
        }

        if (!_input.IsNew(image.Item.Source, target.Name))
        {
            return NameOf(target, image.Item);
        }

        if (PlanOnly || IsWhatIf)
        {
            _run.StartPlan(image.Item, target, image.Access, isWhatIf: !PlanOnly);
        }
        else if (!ConfirmsCopies || ShouldProcess(target.Name.ToString(), "Copy image"))
        {
            _run.Start(image.Item, target, image.Access);
        }

        return NameOf(target, image.Item);
    }

    // An image copied by digest has the same digest at the target, unless a part of an index was selected.
    private static ImageReference NameOf(DestinationName target, SyncItem item) =>
        target.Name.Tag is null && target.Name.Digest is null && item.Source.Digest is { } digest
            ? target.Name.WithDigest(digest)
            : target.Name;

    // The impact of the cmdlet is high because it can remove tags; a copy has the impact of other copies.
    private bool ConfirmsCopies => IsBound("Confirm")
        || (GetVariableValue("ConfirmPreference") is ConfirmImpact preference && preference is ConfirmImpact.Low or ConfirmImpact.Medium);

    private SyncAccess Open(IReadOnlyDictionary<string, SyncRegistry> registries)
    {
        var access = new SyncAccess(Access, registries) { DestinationCredential = DestinationCredential };
        _opened.Add(access);
        Await(access.OpenAsync);
        return access;
    }
}
