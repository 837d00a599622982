using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Sync;

/// <summary>Finds the tags of a target that its entries cover and no longer select. It changes nothing.</summary>
/// <param name="removesUnknown">True to remove tags that no entry covers too.</param>
/// <param name="allowsEmpty">True to remove the last tag of a repository too.</param>
/// <param name="isForecast">True if the wanted images were not copied, so the tags that they will have are counted.</param>
internal sealed partial class PrunePlanner(bool removesUnknown, bool allowsEmpty, bool isForecast)
{
    private const int Parallelism = 6;

    /// <summary>What is to be removed from a repository.</summary>
    /// <exception cref="ImagePusherException">The repository could not be read: nothing may be removed.</exception>
    public async Task<PrunePlan> PlanAsync(PruneScope scope, CancellationToken cancellationToken)
    {
        var (tags, isIncomplete) = (new List<string>(), false);
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

        var unwanted = tags.Distinct().Where(tag => !scope.Wants(tag)).Order(StringComparer.Ordinal).ToList();
        var doubt = scope.Doubt ?? (isIncomplete ? "the list of its own tags may be incomplete" : null);
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

    private async Task<IReadOnlyList<PruneTag>> DecideAsync(
        PruneScope scope, List<string> tags, HashSet<string> chosen, CancellationToken cancellationToken)
    {
        var kept = await new KeptDigests(scope.Target).ReadAsync(
            tags.Where(tag => !chosen.Contains(tag)), scope.WantedDigests, cancellationToken).ConfigureAwait(false);
        var decided = new ConcurrentBag<PruneTag>();
        await Parallel.ForEachAsync(
            chosen, new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (tag, stop) => decided.Add(await DecideAsync(scope, tag, kept, stop).ConfigureAwait(false))).ConfigureAwait(false);
        var ordered = decided.OrderBy(tag => tag.Name.Tag, StringComparer.Ordinal).ToList();

        // At least one tag stays, the newest version.
        var removed = ordered.Where(tag => tag.Kept is null).ToList();
        if (!allowsEmpty && removed.Count > 0 && removed.Count == tags.Count && !(isForecast && scope.WantsTags))
        {
            var last = removed.MaxBy(tag => tag, Comparer<PruneTag>.Create(CompareVersions))!;
            ordered[ordered.IndexOf(last)] = last with { Kept = "it would be the last tag of the repository" };
        }

        var late = await new KeptDigests(scope.Target).ReadAsync(
            ordered.Where(tag => tag.Kept is not null).Select(tag => tag.Name.Tag!), [], cancellationToken).ConfigureAwait(false);
        return [.. ordered.Select(tag => tag.Digest is not null && late.Contains(tag.Digest) ? tag with { IsShared = true } : tag)];
    }

    private static async Task<PruneTag> DecideAsync(
        PruneScope scope, string tag, IReadOnlySet<Digest> kept, CancellationToken cancellationToken)
    {
        if (Referring().Match(tag) is { Success: true } match
            && Digest.TryParse($"{match.Groups["algorithm"].Value}:{match.Groups["encoded"].Value}", out var subject)
            && kept.Contains(subject))
        {
            return Keep(scope, tag, "it belongs to an image that is kept");
        }

        var (manifest, created) = await ImageDates.ReadAsync(scope.Target, tag, cancellationToken).ConfigureAwait(false);
        return new PruneTag
        {
            Name = scope.Repository.WithTag(tag),
            Digest = manifest.Digest,
            Created = created,
            Reason = scope.Covers(tag) ? "the file no longer selects it" : "the file does not cover it",
            Kept = manifest.Subject is { } image && kept.Contains(image.Digest) ? "it belongs to an image that is kept" : null,
            IsShared = kept.Contains(manifest.Digest),
        };
    }

    private static PruneTag Keep(PruneScope scope, string tag, string why) => new() { Name = scope.Repository.WithTag(tag), Kept = why };

    private static int CompareVersions(PruneTag one, PruneTag other)
    {
        _ = TagVersion.TryParse(one.Name.Tag, out var first);
        _ = TagVersion.TryParse(other.Name.Tag, out var second);
        return first is null ? (second is null ? string.CompareOrdinal(one.Name.Tag, other.Name.Tag) : -1) : first.CompareTo(second);
    }

    // The tag of the list of referrers, and those of cosign.
    [GeneratedRegex(@"\A(?<algorithm>sha256|sha512)-(?<encoded>[0-9a-f]{64,128})(?:\.[a-z]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Referring();
}
