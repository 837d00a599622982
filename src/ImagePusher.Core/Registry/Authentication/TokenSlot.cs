namespace ImagePusher.Core.Registry.Authentication;

/// <summary>The place of one token: fetched when it is needed, shared by all who need it.</summary>
internal sealed class TokenSlot(IReadOnlyList<TokenScope> scopes) : IDisposable
{
    private readonly SharedAttempt _attempt = new();
    private volatile AccessToken? _token;

    /// <summary>What its token is asked for.</summary>
    public IReadOnlyList<TokenScope> Scopes { get; } = scopes;

    /// <summary>True if the slot holds a token for these scopes.</summary>
    public bool Serves(IReadOnlyList<TokenScope> scopes, DateTimeOffset now) =>
        _token is { } token && now < token.Expires && token.Covers(scopes);

    /// <summary>True if the slot holds no token that could still be used.</summary>
    public bool IsOver(DateTimeOffset now) => _token is not { } token || token.Expires <= now;

    /// <summary>The token; a new one if there is none, it has expired, or it is the one that was refused.</summary>
    public Task<AccessToken> GetAsync(AccessToken? stale, DateTimeOffset now, Func<Task<AccessToken>> fetch, CancellationToken cancellationToken) =>
        _attempt.RunAsync(() => Usable(stale, now), async () => _token = await fetch().ConfigureAwait(false), cancellationToken);

    public void Dispose() => _attempt.Dispose();

    private AccessToken? Usable(AccessToken? stale, DateTimeOffset now) =>
        _token is { } token && !ReferenceEquals(token, stale) && now < token.Expires ? token : null;
}
