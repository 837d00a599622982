namespace ImagePusher.Core.Registry.Authentication;

/// <summary>One token: requested when it is needed, and shared by all requests that need it.</summary>
internal sealed class TokenSlot(IReadOnlyList<TokenScope> scopes) : IDisposable
{
    private readonly SharedAttempt _attempt = new();
    private volatile AccessToken? _token;

    /// <summary>The scopes of the token.</summary>
    public IReadOnlyList<TokenScope> Scopes { get; } = scopes;

    /// <summary>True if the slot has a valid token for these scopes.</summary>
    public bool Serves(IReadOnlyList<TokenScope> scopes, DateTimeOffset now) =>
        _token is { } token && now < token.Expires && token.Covers(scopes);

    /// <summary>True if the slot has no valid token.</summary>
    public bool IsOver(DateTimeOffset now) => _token is not { } token || token.Expires <= now;

    /// <summary>The token; a new one if it is missing, expired, or the rejected one.</summary>
    public Task<AccessToken> GetAsync(
        AccessToken? stale, DateTimeOffset now, Func<Task<AccessToken>> fetch, CancellationToken cancellationToken) =>
        _attempt.RunAsync(() => Usable(stale, now), async () => _token = await fetch().ConfigureAwait(false), cancellationToken);

    public void Dispose() => _attempt.Dispose();

    private AccessToken? Usable(AccessToken? stale, DateTimeOffset now) =>
        _token is { } token && !ReferenceEquals(token, stale) && now < token.Expires ? token : null;
}
