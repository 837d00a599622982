using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Sync;

/// <summary>The conditions after a run.</summary>
/// <param name="world">The registries after the run.</param>
/// <param name="step">The run.</param>
/// <param name="source">The tags of the source.</param>
/// <param name="before">The tags of the target before the run.</param>
/// <param name="outcome">The output of the run.</param>
internal sealed class MirrorCheck(
    MirrorEnvironment world, MirrorStep step, IReadOnlyDictionary<string, string> source, IReadOnlyDictionary<string, string> before,
    Outcome outcome)
{
    private readonly IReadOnlyDictionary<string, string> _after = world.Target.Tags;

    /// <summary>The tags that the run removed.</summary>
    public IReadOnlyList<string> Removed { get; } = [.. before.Keys.Except(world.Target.Tags.Keys).Order(StringComparer.Ordinal)];

    /// <summary>True if no tag in the scope of the file must be kept.</summary>
    public bool MustRemoveAll { get; private set; }

    public void Run()
    {
        PullsWhatIsKept();
        Assert.Equal(Removed.Where(name => !IsList(name)), Names("Removed").Where(name => !IsList(name)).Order(StringComparer.Ordinal));
        foreach (var name in before.Keys.Union(_after.Keys))
        {
            CheckTag(name);
        }

        Assert.InRange(Removed.Count, 0, step.HasLimit ? 2 : Math.Max(10, before.Count));
        foreach (var repository in before.Keys.Concat(_after.Keys).Select(RepositoryOf).Distinct())
        {
            CheckRepository(repository);
        }
    }

    private void PullsWhatIsKept()
    {
        foreach (var (name, digest) in _after)
        {
            Assert.Empty(world.Target.MissingOf(RepositoryOf(name), TagOf(name)));

            // The lists of referrers of everything that the tag needs.
            foreach (var list in world.Target.ManifestsOf(RepositoryOf(name), digest).Select(TestArtifact.TagOf))
            {
                var full = $"{RepositoryOf(name)}:{list}";
                Assert.True(!before.ContainsKey(full) || _after.ContainsKey(full), $"{full} was removed, and {name} needs it.");
            }
        }

        foreach (dynamic result in outcome.Output)
        {
            if (result.State is "Copied" or "Unchanged")
            {
                Assert.Empty(world.Target.MissingOf(PathOf(result.Reference).Split(':', '@')[0], (string)result.Digest));
            }
        }
    }

    private void CheckTag(string name)
    {
        var (repository, tag, rule) = (RepositoryOf(name), TagOf(name), RuleOf(RepositoryOf(name)));
        var isList = IsList(name);
        if (rule is null)
        {
            Assert.Equal(before.GetValueOrDefault(name), _after.GetValueOrDefault(name));
            return;
        }

        var sourceName = $"{repository[(MirrorEnvironment.Prefix.Length + 1)..]}:{tag}";
        var wanted = rule.Value.Selects(tag) ? source.GetValueOrDefault(sourceName) : null;
        if (wanted is not null)
        {
            Assert.True(_after.ContainsKey(name), $"{name} is missing.");
            Assert.True(step.HasPlatform || isList || _after[name] == wanted, $"{name} is not what the source has.");
        }
        else if (_after.TryGetValue(name, out var digest))
        {
            Assert.True(isList || digest == before.GetValueOrDefault(name), $"{name} has changed.");
        }
        else
        {
            Assert.True(step.Prunes && (step.PrunesUnknown || rule.Value.Covers(tag)), $"{name} was removed.");
        }
    }

    private void CheckRepository(string repository)
    {
        var (had, has) = (TagsOf(before, repository), TagsOf(_after, repository));
        Assert.True(step.AllowsEmpty || had.Count == 0 || has.Count > 0, $"{repository} is empty.");
        if (RuleOf(repository) is not { } rule || !step.Prunes || outcome.Errors.Count > 0)
        {
            return;
        }

        var listed = TagsOf(source, repository[(MirrorEnvironment.Prefix.Length + 1)..]);
        if (!world.Target.RegistryProfile.DeletesTags || (rule.ReadsList() && listed.Count == 0)
            || !has.Any(tag => listed.Contains(tag) && rule.Selects(tag)))
        {
            return;
        }

        MustRemoveAll = true;
        var left = has.Where(tag => !(rule.Selects(tag) && listed.Contains(tag)) && (step.PrunesUnknown || rule.Covers(tag)));
        Assert.All(left, tag => Assert.True(Refers(repository, tag), $"{repository}:{tag} was not removed."));
    }

    // Lists of referrers, and tags of artifacts, may belong to what is kept.
    private bool Refers(string repository, string tag) => IsList($"{repository}:{tag}")
        || Enumerable.Range(6, MirrorEnvironment.Contents - 6)
            .Any(content => MirrorEnvironment.DigestOf(content) == _after[$"{repository}:{tag}"]);

    private MirrorRule? RuleOf(string repository)
    {
        var position = MirrorEnvironment.Repositories.ToList().IndexOf(
            repository.StartsWith(MirrorEnvironment.Prefix, StringComparison.Ordinal)
                ? repository[(MirrorEnvironment.Prefix.Length + 1)..]
                : "");
        return position is 0 or 1 ? step.Rules[position] : null;
    }

    private IEnumerable<string> Names(string state) => outcome.Output
        .Where(result => ((dynamic)result).State == state).Select(result => PathOf((string)((dynamic)result).Reference));

    // Lists of referrers change with the artifacts that are copied and removed.
    private static bool IsList(string name) => TagOf(name).StartsWith("sha256-", StringComparison.Ordinal);

    private static string PathOf(string reference) => reference[(reference.IndexOf('/', StringComparison.Ordinal) + 1)..];

    private static string RepositoryOf(string name) => name.Split(':')[0];

    private static string TagOf(string name) => name.Split(':')[1];

    private static List<string> TagsOf(IReadOnlyDictionary<string, string> tags, string repository) =>
        [.. tags.Keys.Where(name => RepositoryOf(name) == repository).Select(TagOf)];
}
