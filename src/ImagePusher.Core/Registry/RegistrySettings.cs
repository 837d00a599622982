namespace ImagePusher.Core.Registry;

/// <summary>The settings of a registry. Immutable: change them with <c>with</c> and <see cref="RegistryClient.SetSettings"/>.</summary>
public sealed record RegistrySettings
{
    /// <summary>The default of <see cref="ThrottleLimit"/> for a registry with a low latency.</summary>
    internal const int NearThrottle = 6;

    /// <summary>The default of <see cref="ThrottleLimit"/> for a distant registry.</summary>
    internal const int HighLatencyThrottle = 16;

    private readonly int? _throttleLimit;

    /// <summary>The settings of a registry without its own settings.</summary>
    public static RegistrySettings Default { get; } = new();

    /// <summary>
    /// True: http. False: https. Null, the default: https, but for localhost, 127.0.0.0/8 and [::1] http is tried first, and
    /// https if no http server responds there.
    /// </summary>
    public bool? PlainHttp { get; init; }

    /// <summary>A PEM file with certificates that are trusted in addition to the system's; null, the default: none.</summary>
    public string? CertificateAuthority { get; init; }

    /// <summary>
    /// A client certificate: a .pfx or .p12 file without a password, or a PEM file that contains the key or has it next to it
    /// (<c>client.cert</c> and <c>client.key</c>); null, the default: none.
    /// </summary>
    public string? ClientCertificate { get; init; }

    /// <summary>
    /// A folder with certificates of this registry in Docker's form: <c>*.crt</c>, <c>*.cert</c>, <c>*.key</c>; null for none.
    /// </summary>
    internal string? CertificateFolder { get; init; }

    /// <summary>True to accept any certificate of this registry, its token server and its storage. The default is false.</summary>
    public bool SkipCertificateCheck { get; init; }

    /// <summary>
    /// The mirrors from which manifests and blobs are read before the registry itself, in this order: <c>host[:port][/prefix]</c>.
    /// Nothing is ever written to a mirror. Default: empty.
    /// </summary>
    public IReadOnlyList<string> Mirrors { get; init; } = [];

    /// <summary>The prefix of every repository's path, such as the name of a proxy project; null, the default: none.</summary>
    public string? PathPrefix { get; init; }

    /// <summary>
    /// True to keep docker.io's <c>library/</c> in the names of images that are pushed to this registry. The default is false.
    /// </summary>
    public bool KeepLibrary { get; init; }

    /// <summary>
    /// The hosts in private networks that the registry may name in redirects, upload Locations and token realms although its own
    /// address is public, and from which it may send verified content by plain http: names (with all names below them), addresses
    /// or networks, as in NO_PROXY; each with or without a port. Default: empty.
    /// </summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>The form of uploads. The default is <see cref="UploadForm.Auto"/>.</summary>
    public UploadForm UploadForm { get; init; }

    /// <summary>
    /// Blobs of fewer bytes are sent with one monolithic PUT if the form is <see cref="UploadForm.Auto"/>: 1 MiB. After an
    /// interruption they are sent again completely, which costs little, and the form saves a request.
    /// </summary>
    internal long MonolithicBelow { get; init; } = 1024 * 1024;

    /// <summary>The bytes of a chunk where blobs are sent in chunks. The default is 8 MiB; a registry may ask for more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than 1.</exception>
    public int ChunkSize
    {
        get;
        init => field = AtLeast(1, value);
    } = 8 * 1024 * 1024;

    /// <summary>
    /// Maximum number of concurrent blob uploads, and of concurrent blob downloads, in the session. The default is 6, and 16 for a
    /// registry that takes 10 ms or more to respond.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than 1.</exception>
    public int ThrottleLimit
    {
        get => _throttleLimit ?? NearThrottle;
        init => _throttleLimit = AtLeast(1, value);
    }

    /// <summary>True if the limit was set explicitly and does not depend on the latency.</summary>
    internal bool HasThrottleLimit => _throttleLimit is not null;

    /// <summary>The time limit for opening a connection. The default is 15 seconds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is neither positive and less than 24 days nor infinite.</exception>
    public TimeSpan ConnectTimeout
    {
        get;
        init => field = TimeLimit(value);
    } = TimeSpan.FromSeconds(15);

    /// <summary>The longest time without data in a request or response. The default is 60 seconds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is neither positive and less than 24 days nor infinite.</exception>
    public TimeSpan IdleTimeout
    {
        get;
        init => field = TimeLimit(value);
    } = TimeSpan.FromSeconds(60);

    /// <summary>The maximum number of retries of a failed request; progress within a blob resets the count. The default is 4.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public int MaximumRetryCount
    {
        get;
        init => field = AtLeast(0, value);
    } = 4;

    /// <summary>
    /// The delay before the first retry; it doubles with each, up to a minute or, if that is longer, this delay. A Retry-After of
    /// the registry takes precedence, within the same bound. The default is 1 second.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public TimeSpan RetryInterval
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            field = value;
        }
    } = TimeSpan.FromSeconds(1);

    private static int AtLeast(int minimum, int value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, minimum);
        return value;
    }

    // Timers of .NET have no longer times.
    private static TimeSpan TimeLimit(TimeSpan value) =>
        value == Timeout.InfiniteTimeSpan || (value > TimeSpan.Zero && value.TotalMilliseconds <= int.MaxValue)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A time-out is positive and less than 24 days, or infinite.");
}
