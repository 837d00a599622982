using ImagePusher.Core.Naming;
using ImagePusher.Core.Yaml;

namespace ImagePusher.Core.Sync;

/// <summary>Reads regsync's form: a list of sources with their targets.</summary>
/// <remarks>
/// regclient, "regsync Configuration File". Options of its server (interval, schedule) have no effect on a run, and are reported.
/// </remarks>
internal sealed class RegsyncReader(string name, SyncValues values)
{
    private readonly List<string> _warnings = [];

    public SyncFile Read(YamlNode root)
    {
        var (registries, defaults, sync) = (default(YamlNode), default(YamlNode), default(YamlNode));
        foreach (var (key, value) in values.Mapping(root, "the file"))
        {
            switch (key.Text)
            {
                case "version":
                    _ = values.Number(value, "the version") == 1 ? 1 : throw values.Error(value, "the version is not 1");
                    break;
                case "creds":
                    registries = value;
                    break;
                case "defaults":
                    defaults = value;
                    break;
                case "sync":
                    sync = value;
                    break;
                case var text when text.StartsWith("x-", StringComparison.Ordinal):
                    // Content of the user, as in compose files.
                    break;
                default:
                    throw values.Unsupported(key, "version, creds, defaults, sync, and any that starts with 'x-'");
            }
        }

        var access = registries is null ? [] : new RegsyncCredentials(values).Read(registries);
        var options = new RegsyncOptions(values, _warnings).ReadDefaults(defaults);
        return new SyncFile
        {
            Path = name,
            Entries = sync is null ? [] : [.. values.List(sync, "the value of 'sync'").Select(item => Entry(item, options))],
            Registries = access,
            Parallel = options.Parallel,
            Warnings = _warnings,
        };
    }

    private SyncEntry Entry(YamlNode node, RegsyncOptions defaults)
    {
        var (source, target, type) = (default(YamlNode), default(YamlNode), default(YamlNode));
        var (tags, sets, repositories) = (default(YamlNode), default(YamlNode), default(YamlNode));
        var options = defaults.ForEntry();
        foreach (var (key, value) in values.Mapping(node, "an item of 'sync'"))
        {
            switch (key.Text)
            {
                case "source":
                    source = value;
                    break;
                case "target":
                    target = value;
                    break;
                case "type":
                    type = value;
                    break;
                case "tags":
                    tags = value;
                    break;
                case "tagSets":
                    sets = value;
                    break;
                case "repos":
                    repositories = value;
                    break;
                default:
                    options.Read(key, value, "source, target, type, tags, tagSets, repos");
                    break;
            }
        }

        var kind = type is null ? throw values.Error(node, "the type is missing", Kinds) : values.Text(type, "the type");
        if (source is null || target is null)
        {
            throw values.Error(node, source is null ? "the source is missing" : "the target is missing");
        }

        return kind switch
        {
            "image" when (tags ?? sets ?? repositories) is { } unused =>
                throw values.Error(unused, "an image has no tags or repositories to choose from"),
            "image" => options.Apply(Image(source, target)),
            "repository" when repositories is not null => throw values.Error(repositories, "'repos' needs the type 'registry'"),
            "repository" => options.Apply(Repository(source, target, Rule(tags, sets))),
            "registry" => options.Apply(Registry(source, target, Rule(tags, sets), repositories)),
            _ => throw values.Error(type, $"the type '{kind}' is not supported", Kinds),
        };
    }

    private const string Kinds = "Use 'registry', 'repository' or 'image'.";

    private SyncEntry Image(YamlNode source, YamlNode target)
    {
        var image = values.Parse(source, "the source", ImageReference.Parse);
        var copy = values.Parse(target, "the target", ImageReference.Parse);
        return new SyncEntry
        {
            Registry = image.Registry,
            Repository = image.ByDigest(),
            Rule = SyncRule.OfNames([image.TagOrDigest!]),
            Target = copy.ToString(),
            Line = source.Line,
            Column = source.Column,
        };
    }

    private SyncEntry Repository(YamlNode source, YamlNode target, SyncRule rule)
    {
        var repository = values.Parse(source, "the source", RepositoryOf);
        return new SyncEntry
        {
            Registry = repository.Registry,
            Repository = repository,
            Rule = rule,
            Target = values.Parse(target, "the target", RepositoryOf).ToString(),
            Line = source.Line,
            Column = source.Column,
        };
    }

    private SyncEntry Registry(YamlNode source, YamlNode target, SyncRule rule, YamlNode? repositories) => new()
    {
        Registry = values.Parse(source, "the source", text => ImageReference.Create(text, "any").Registry),
        Repositories = repositories is null ? SyncTagSet.All : Set(repositories, "repos", hasRanges: false),
        Rule = rule,
        Target = values.Parse(target, "the target", text => DestinationRule.Parse(text.TrimEnd('/') + "/").ToString()),
        Line = source.Line,
        Column = source.Column,
    };

    private static ImageReference RepositoryOf(string text) => ImageReference.Split(text) is (_, null, null)
        ? ImageReference.Parse(text).ByDigest()
        : throw new InvalidReferenceException($"'{text}' names an image and not a repository.", "Remove the tag, or use the type 'image'.");

    private SyncRule Rule(YamlNode? tags, YamlNode? sets)
    {
        var all = (sets is null ? [] : values.List(sets, "the value of 'tagSets'")).Select(item => Set(item, "tagSets", hasRanges: true));
        var own = tags is null ? SyncTagSet.All : Set(tags, "tags", hasRanges: true);

        // Beside tagSets, tags without a rule do not represent all tags.
        return SyncRule.OfSets([.. all, .. own is { Allow: [], Deny: [], Ranges: [] } ? [] : new[] { own }]);
    }

    private SyncTagSet Set(YamlNode node, string what, bool hasRanges)
    {
        IReadOnlyList<SyncExpression> allow = [], deny = [];
        IReadOnlyList<VersionRange> ranges = [];
        foreach (var (key, value) in values.Mapping(node, $"the value of '{what}'"))
        {
            switch (key.Text)
            {
                case "allow":
                    allow = values.Expressions(value, "'allow'", isAnchored: true);
                    break;
                case "deny":
                    deny = values.Expressions(value, "'deny'", isAnchored: true);
                    break;
                case "semverRange" when hasRanges:
                    ranges = [.. values.List(value, "'semverRange'").Select(item => values.Range(item, "the range"))];
                    break;
                default:
                    throw values.Unsupported(key, hasRanges ? "allow, deny and semverRange" : "allow and deny");
            }
        }

        return new SyncTagSet { Allow = allow, Deny = deny, Ranges = ranges };
    }
}
