using System.Globalization;
using System.Management.Automation;
using ImagePusher.Core;
using ImagePusher.Core.Sync;
using ImagePusher.Output;

namespace ImagePusher.Pipeline;

/// <summary>
/// Removes tags of the targets after all copies of a run: everything is decided, counted and asked for before the first is removed.
/// </summary>
internal sealed class SyncPrune(AsyncCommand command, SyncRun run, IReadOnlyList<SyncTargetSelection> selected)
{
    private const int SmallestMaximum = 10;

    /// <summary>True to remove tags that no entry covers too.</summary>
    public bool RemovesUnknown { get; init; }

    /// <summary>True to remove the last tag of a repository too.</summary>
    public bool AllowsEmpty { get; init; }

    /// <summary>The maximum number of removals; null for the larger of 10 tags and 10 % of the tags of the targets.</summary>
    public int? MaximumRemovals { get; init; }

    /// <summary>The reason why nothing is removed from any repository; otherwise null.</summary>
    public string? Uncertainty { get; init; }

    /// <summary>True to return the plan and remove nothing.</summary>
    public bool IsPlanOnly { get; init; }

    public void Run()
    {
        var plans = Plan();
        var (removals, tags) = (plans.Sum(plan => plan.Removals.Count()), plans.Sum(plan => plan.TagCount));
        var maximum = MaximumRemovals ?? Math.Max(SmallestMaximum, tags / 10);
        var excess = removals <= maximum ? null : string.Create(
            CultureInfo.InvariantCulture, $"{removals} tags would be removed, and the maximum is {maximum}");
        foreach (var plan in plans)
        {
            var answers = plan.Tags.Select(tag => tag.Kept is null && excess is not null ? tag with { Kept = excess } : Ask(tag)).ToList();

            var isKept = answers.Exists(tag => tag.Kept is not null && plan.Removals.Any(removal => removal.Name == tag.Name));
            Start(plan.Scope, isKept ? [.. answers.Select(WithoutRemoval)] : answers);
        }

        if (excess is not null)
        {
            command.Try(selected[0].Repository.ToString(), () => throw new LimitExceededException(
                $"Nothing was removed: {excess}.", "Check the file. To remove them, set a higher maximum of removals."));
        }
    }

    private List<PrunePlan> Plan()
    {
        var plans = new List<PrunePlan>();
        var planner = new PrunePlanner(RemovesUnknown, AllowsEmpty, isForecast: IsPlanOnly || command.IsWhatIf);
        foreach (var group in selected.GroupBy(selection => selection.Repository))
        {
            var target = group.First().Access.Target(group.Key, command.Log).WithoutMirrors();
            var scope = new PruneScope(group.Key, target) { Uncertainty = Uncertainty };
            foreach (var selection in group)
            {
                scope.Add(selection.Selection, selection.Names, selection.Selection.Images.Any(run.Failed.ContainsKey));
            }

            // An image that is wanted by its digest has another one at the target if only a part of its index was copied.
            scope.WantedDigests.UnionWith(run.Copied.Where(copy => copy.Key.ByDigest() == group.Key).Select(copy => copy.Value));

            command.Try(group.Key.ToString(), () => plans.Add(command.Await(token => planner.PlanAsync(scope, token))));
        }

        return plans;
    }

    private PruneTag Ask(PruneTag tag) =>
        tag.Kept is not null || IsPlanOnly || command.ShouldProcess(
            $"Remove {Describe(tag)}.", $"Remove {Describe(tag)}?", "Remove tags that the file no longer selects")
            ? tag
            : tag with { Kept = command.IsWhatIf ? "" : "its removal was declined" };

    // The content of a tag that the user chose to keep was not determined: nothing is deleted by its digest, and no referrer.
    private static PruneTag WithoutRemoval(PruneTag tag) => tag with
    {
        IsShared = true,
        Kept = tag.Kept ?? (tag.Subject is null && tag.ListTag is null ? null : "it may belong to an image whose removal was declined"),
    };

    private static string Describe(PruneTag tag)
    {
        var age = Views.Days(tag.Created) is { Length: > 0 } days ? $"created {days} ago" : "of unknown age";
        return $"{tag.Name} ({tag.Digest}, {age}): {tag.Reason}";
    }

    private void Start(PruneScope scope, IReadOnlyList<PruneTag> tags)
    {
        foreach (var tag in tags)
        {
            if (IsPlanOnly)
            {
                command.Start(tag.Name.ToString(), (pending, _) =>
                {
                    pending.Write(PlanOf(tag));
                    return Task.CompletedTask;
                });
            }
            else if (command.IsWhatIf)
            {
                _ = tag.Kept is not { Length: > 0 }
                    || command.ShouldProcess($"Keep {tag.Name}: {tag.Kept}.", null, null);
            }
            else
            {
                command.Start(tag.Name.ToString(), (pending, token) => RemoveAsync(scope, tag, pending, token));
            }
        }
    }

    private async Task RemoveAsync(PruneScope scope, PruneTag tag, PendingInput pending, CancellationToken cancellationToken)
    {
        try
        {
            var kept = tag.Kept ?? await PruneRemoval.RunAsync(scope, tag, cancellationToken).ConfigureAwait(false);
            run.Write(pending, ResultOf(tag, kept is null ? "Removed" : "Skipped", kept));
        }
        catch (ImagePusherException error)
        {
            run.Fail(pending, ResultOf(tag, "Failed", error.Message, ErrorRecords.IdOf(error)), error);
        }
    }

    private static SyncResult ResultOf(PruneTag tag, string state, string? error, string? errorId = null) => new()
    {
        Reference = tag.Name.ToString(),
        State = state,
        Digest = tag.Digest?.ToString(),
        Error = error,
        ErrorId = errorId,
        Reason = tag.Reason,
    };

    private static PSObject PlanOf(PruneTag tag) => new SyncPlanItem
    {
        Reference = tag.Name.ToString(),
        Action = tag.Kept is null ? "Remove" : "Keep",
        Digest = tag.Digest?.ToString(),
        Created = tag.Created,
        Reason = tag.Kept ?? tag.Reason,
        Platform = SyncPlanItem.Platforms([]),
    }.Compared();
}
