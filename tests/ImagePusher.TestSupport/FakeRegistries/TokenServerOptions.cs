namespace ImagePusher.TestSupport.FakeRegistries;

/// <summary>How a token server behaves (distribution, docs/spec/auth).</summary>
public sealed record TokenServerOptions
{
    /// <summary>Names and passwords for Basic, and for grant_type=password.</summary>
    public IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>();

    /// <summary>Refresh (identity) tokens and whose they are.</summary>
    public IReadOnlyDictionary<string, string> RefreshTokens { get; init; } = new Dictionary<string, string>();

    /// <summary>The service name of the registry.</summary>
    public string Service { get; init; } = "registry.test";

    /// <summary>A query that the realm's URL has of its own and that clients must keep; empty by default.</summary>
    public string RealmQuery { get; init; } = "";

    /// <summary>Whether a user (null for anonymous) may do an action in a repository. By default users may do everything, and anonymous
    /// callers may pull.</summary>
    public Func<string?, string, string, bool> Allows { get; init; } = (user, _, action) => user is not null || action == "pull";

    /// <summary>Whether an anonymous request gets a token; otherwise 401.</summary>
    public bool AllowsAnonymous { get; init; } = true;

    /// <summary>Whether POST (OAuth 2) is there; otherwise it responds 404, and clients fall back to GET (crane).</summary>
    public bool TakesPost { get; init; } = true;

    /// <summary>The field with the token in a response to GET: token, or access_token as some servers write.</summary>
    public string TokenField { get; init; } = "token";

    /// <summary>How long a token is good; five minutes by default.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>True if the response contains expires_in. Without it, clients must assume 60 seconds.</summary>
    public bool SaysExpiry { get; init; } = true;

    /// <summary>Whether it reads the first scope alone, as some servers do.</summary>
    public bool ReadsOnlyFirstScope { get; init; }

    /// <summary>The clock of issue and expiry.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Serves https with the server certificate of these; plain http by default.</summary>
    public TestCertificates? Certificates { get; init; }
}
