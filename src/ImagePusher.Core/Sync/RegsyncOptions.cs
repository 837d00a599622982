using ImagePusher.Core.Oci;
using ImagePusher.Core.Yaml;

namespace ImagePusher.Core.Sync;

/// <summary>Reads the options of regsync's form that an entry and the defaults have.</summary>
internal sealed class RegsyncOptions(SyncValues values, List<string> warnings)
{
    private const string Keys = "platform, platforms, referrers, digestTags, ratelimit, interval and schedule";

    private IReadOnlyList<Platform> _platforms = [];
    private bool? _referrers;
    private bool? _digestTags;
    private int _minimum;
    private TimeSpan? _retry;

    /// <summary>The maximum number of images copied at the same time; null if the file does not set it.</summary>
    public int? Parallel { get; private set; }

    /// <summary>Reads the defaults.</summary>
    public RegsyncOptions ReadDefaults(YamlNode? node)
    {
        foreach (var (key, value) in node is null ? [] : values.Mapping(node, "the value of 'defaults'"))
        {
            if (key.Text == "parallel")
            {
                var count = values.Number(value, "'parallel'");
                Parallel = count is >= 1 and <= 64 ? count : throw values.Error(value, "'parallel' is not a number from 1 to 64");
            }
            else
            {
                Read(key, value, "parallel");
            }
        }

        return this;
    }

    /// <summary>The options of an entry before it is read.</summary>
    public RegsyncOptions ForEntry() => (RegsyncOptions)MemberwiseClone();

    /// <summary>Reads one key.</summary>
    public void Read(YamlNode key, YamlNode value, string others)
    {
        switch (key.Text)
        {
            case "platforms":
                _platforms = [.. values.List(value, "'platforms'").Select(item => values.Platform(item, "the platform"))];
                break;
            case "platform":
                _platforms = [values.Platform(value, "the platform")];
                break;
            case "referrers":
                _referrers = values.Flag(value, "'referrers'");
                break;
            case "digestTags":
                _digestTags = values.Flag(value, "'digestTags'");
                break;
            case "ratelimit":
                ReadRateLimit(value);
                break;
            case "interval" or "schedule":
                warnings.Add(values.Note(key, $"'{key.Text}' has no effect: a run goes through the file once"));
                break;
            default:
                throw values.Unsupported(key, $"{others}, {Keys}");
        }
    }

    /// <summary>Adds the options to an entry.</summary>
    public SyncEntry Apply(SyncEntry entry) => entry with
    {
        Platforms = _platforms,
        IncludeReferrers = _referrers is null && _digestTags is null ? null : _referrers == true || _digestTags == true,
        MinimumRateLimit = _minimum,
        RateLimitRetry = _retry,
    };

    private void ReadRateLimit(YamlNode node)
    {
        foreach (var (key, value) in values.Mapping(node, "the value of 'ratelimit'"))
        {
            switch (key.Text)
            {
                case "min":
                    _minimum = values.Number(value, "'min'");
                    break;
                case "retry":
                    _retry = values.Duration(value, "'retry'");
                    break;
                default:
                    throw values.Unsupported(key, "min and retry");
            }
        }
    }
}
