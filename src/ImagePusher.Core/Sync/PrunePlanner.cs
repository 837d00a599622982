using System.Collections.Concurrent;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Sync;

/// <summary>Finds the tags of a target that its entries cover and no longer select. It changes nothing.</summary>
/// <param name="removesUnknown">True to remove tags that no entry covers too.</param>
/// <param name="allowsEmpty">True to remove the last tag of a repository too.</param>
/// <param name="isForecast">True if the wanted images were not copied, so the tags that they will have are counted.</param>
internal sealed class PrunePlanner(bool removesUnknown, bool allowsEmpty, bool isForecast)
{
    private const int Parallelism = 6;

    /// <summary>The planned removals from a repository.</summary>
    /// <exception cref="ImagePusherException">The repository could not be read: nothing may be removed.</exception>
    public async Task<PrunePlan> PlanAsync(PruneScope scope, CancellationToken cancellationToken)
    {
        var (tags, isIncomplete) = (new HashSet<string>(StringComparer.Ordinal), false);
        try
        {
            await foreach (var tag in scope.Target.GetTagsAsync(() => isIncomplete = true, cancellationToken).ConfigureAwait(false))
            {
                tags.Add(tag);
            }
        }
        catch (ManifestNotFoundException)
        {
            return new PrunePlan(scope, 0, []);
        }

        var unwanted = tags.Where(tag => !scope.IsSelected(tag)).Order(StringComparer.Ordinal).ToList();
        var doubt = scope.Uncertainty ?? (isIncomplete || await IsTagHiddenAsync(scope, tags, cancellationToken).ConfigureAwait(false)
            ? "the list of its own tags may be incomplete" : null);
        if (doubt is not null || unwanted.Count == 0)
        {
            var why = $"nothing is removed from the repository: {doubt}";
            return new PrunePlan(scope, tags.Count, [.. unwanted.Select(tag => Keep(scope, tag, why))]);
        }

        var chosen = unwanted.Where(tag => removesUnknown || scope.Covers(tag)).ToHashSet(StringComparer.Ordinal);
        var plan = chosen.Count == 0 ? [] : await DecideAsync(scope, tags, chosen, cancellationToken).ConfigureAwait(false);
        return new PrunePlan(
            scope, tags.Count,
            [.. plan, .. unwanted.Where(tag => !chosen.Contains(tag)).Select(tag => Keep(scope, tag, "the file does not cover it"))]);
    }

    // A tag that was copied just now, or before, and that the list does not have: other tags and their content may be missing too.
    private static async Task<bool> IsTagHiddenAsync(PruneScope scope, HashSet<string> tags, CancellationToken cancellationToken)
    {
        foreach (var tag in scope.WantedTags.Where(tag => !tags.Contains(tag)))
        {
            if (await scope.Target.HeadAsync(tag, cancellationToken).ConfigureAwait(false) is not null)
            {
                return true;
            }
        }

        return false;
    }

    private async Task<IReadOnlyList<PruneTag>> DecideAsync(
        PruneScope scope, HashSet<string> tags, HashSet<string> chosen, CancellationToken cancellationToken)
    {
        var kept = new KeptDigests(scope.Target);
        var needed = await kept.ReadAsync(
            tags.Where(tag => !chosen.Contains(tag)), scope.WantedDigests, cancellationToken).ConfigureAwait(false);
        var read = new ConcurrentBag<PruneTag>();
        await Parallel.ForEachAsync(
            chosen, new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (tag, stop) =>
            {
                if (await ReadAsync(scope, tag, stop).ConfigureAwait(false) is { } found)
                {
                    read.Add(found);
                }
            }).ConfigureAwait(false);
        var decided = read.OrderBy(tag => tag.Name.Tag, StringComparer.Ordinal).ToArray();
        needed = await KeepReferrersAsync(decided, needed, kept, cancellationToken).ConfigureAwait(false);

        if (!allowsEmpty && !(isForecast && scope.HasSelectedTags) && LastOf(decided, tags.Where(tag => !chosen.Contains(tag))) is { } last)
        {
            decided[Array.IndexOf(decided, last)] = last with { Kept = "it would be the last tag of the repository" };
            needed = await kept.ReadAsync([last.Name.Tag!], [], cancellationToken).ConfigureAwait(false);
            needed = await KeepReferrersAsync(decided, needed, kept, cancellationToken).ConfigureAwait(false);
        }

        return [.. decided.Select(tag => tag with { IsShared = tag.Digest is not null && needed.Contains(tag.Digest) })];
    }

    // The newest version, if the removals would leave no tag, or none but tags of signatures and of lists of referrers; else null.
    private static PruneTag? LastOf(PruneTag[] decided, IEnumerable<string> others)
    {
        var removed = decided.Where(tag => tag.Kept is null).ToList();
        var images = removed.Where(tag => tag.ListTag is null).ToList();
        var staying = decided.Where(tag => tag.Kept is not null).Select(tag => tag.Name.Tag!).Concat(others)
            .Where(tag => images.Count == 0 || SubjectTag.ListTagOf(tag) is null);
        return removed.Count == 0 || staying.Any()
            ? null
            : (images.Count > 0 ? images : removed).MaxBy(tag => tag, Comparer<PruneTag>.Create(CompareVersions));
    }

    // Referrers of a kept image are kept transitively, such as the signature of an SBOM.
    private static async Task<IReadOnlySet<Digest>> KeepReferrersAsync(
        PruneTag[] tags, IReadOnlySet<Digest> needed, KeptDigests kept, CancellationToken cancellationToken)
    {
        while (true)
        {
            var found = new List<string>();
            var lists = needed.Select(SubjectTag.ListOf).ToHashSet(StringComparer.Ordinal);
            for (var i = 0; i < tags.Length; i++)
            {
                if (tags[i] is { Kept: null } tag
                    && ((tag.Subject is not null && needed.Contains(tag.Subject))
                        || (tag.ListTag is not null && lists.Contains(tag.ListTag))))
                {
                    tags[i] = tag with { Kept = "it belongs to an image that is kept" };
                    found.Add(tag.Name.Tag!);
                }
            }

            if (found.Count == 0)
            {
                return needed;
            }

            needed = await kept.ReadAsync(found, [], cancellationToken).ConfigureAwait(false);
        }
    }

    // Null for a tag that is gone since it was listed.
    private static async Task<PruneTag?> ReadAsync(PruneScope scope, string tag, CancellationToken cancellationToken)
    {
        Manifest manifest;
        try
        {
            manifest = await scope.Target.ResolveAsync(tag, cancellationToken).ConfigureAwait(false);
        }
        catch (ManifestNotFoundException)
        {
            return null;
        }

        return new PruneTag
        {
            Name = scope.Repository.WithTag(tag),
            Digest = manifest.Digest,
            Subject = manifest.Subject?.Digest,
            Created = await CreatedAsync(scope, manifest, cancellationToken).ConfigureAwait(false),
            Reason = scope.Covers(tag) ? "the file no longer selects it" : "the file does not cover it",
        };
    }

    // An incomplete image has no age, and is removed like others.
    private static async Task<DateTimeOffset?> CreatedAsync(PruneScope scope, Manifest manifest, CancellationToken cancellationToken)
    {
        try
        {
            return await ImageDates.ReadAsync(scope.Target, manifest, cancellationToken).ConfigureAwait(false);
        }
        catch (ImagePusherException)
        {
            return null;
        }
    }

    private static PruneTag Keep(PruneScope scope, string tag, string why) => new() { Name = scope.Repository.WithTag(tag), Kept = why };

    private static int CompareVersions(PruneTag one, PruneTag other)
    {
        _ = TagVersion.TryParse(one.Name.Tag, out var first);
        _ = TagVersion.TryParse(other.Name.Tag, out var second);
        return first is null ? (second is null ? string.CompareOrdinal(one.Name.Tag, other.Name.Tag) : -1) : first.CompareTo(second);
    }
}
