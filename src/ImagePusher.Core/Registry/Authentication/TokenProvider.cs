using System.Collections.Concurrent;
using System.Net.Http.Headers;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry.Authentication;

/// <summary>The tokens of a host. Concurrent requests that need the same token share one token request.</summary>
internal sealed class TokenProvider(RegistryHost host, HostDiscovery discovery, HttpMessageInvoker inner, TimeProvider time) : IDisposable
{
    // A session may use any number of repositories, each with a scope of its own.
    private const int SweepThreshold = 500;

    private readonly TokenClient _client = new(host, inner, time);
    private readonly ConcurrentDictionary<TokenKey, TokenSlot> _tokens = new();
    private volatile int _sweepAt = SweepThreshold;

    public int Count => _tokens.Count;

    /// <summary>The authorization of a request, as far as the host's challenge is known.</summary>
    public Task<SentAuthorization> AuthorizeAsync(RegistryMessage message, CancellationToken cancellationToken)
    {
        if (Preferred() is not { } challenge)
        {
            return Task.FromResult(SentAuthorization.None);
        }

        if (challenge.IsBasic)
        {
            return Task.FromResult(message.Credential is null ? SentAuthorization.None : Basic(message.Credential));
        }

        var slot = Slot(challenge, message.Request.Scopes, message.Credential);
        return GetAsync(slot, null, challenge, slot.Scopes, message, cancellationToken);
    }

    /// <summary>The authorization after a 401; null if no better one than the sent one is known.</summary>
    /// <param name="response">The 401; where it has no challenge, the host's last known ones are used.</param>
    /// <param name="sent">The authorization of the rejected request.</param>
    /// <param name="message">The request.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<SentAuthorization?> RespondAsync(
        HttpResponseMessage response, SentAuthorization sent, RegistryMessage message, CancellationToken cancellationToken)
    {
        discovery.Learn(response);
        if (discovery.Challenges.Count == 0)
        {
            await discovery.AskForChallengesAsync(message, cancellationToken).ConfigureAwait(false);
        }

        if (Preferred() is not { } challenge)
        {
            return null;
        }

        if (challenge.IsBasic)
        {
            return message.Credential is null || sent.Header is { Scheme: "Basic" } ? null : Basic(message.Credential);
        }

        var slot = Slot(challenge, message.Request.Scopes, message.Credential);
        var wanted = Wanted(challenge, sent, slot.Scopes);
        return await GetAsync(slot, sent.Token, challenge, wanted, message, cancellationToken).ConfigureAwait(false);
    }

    public void Clear() => _tokens.Clear();

    public void Dispose()
    {
        foreach (var slot in _tokens.Values)
        {
            slot.Dispose();
        }

        _tokens.Clear();
    }

    // Bearer first: it also serves anonymous callers. Negotiate, NTLM and the like are never answered.
    private Challenge? Preferred() =>
        discovery.Challenges.FirstOrDefault(challenge => challenge.IsBearer)
        ?? discovery.Challenges.FirstOrDefault(challenge => challenge.IsBasic);

    // With insufficient_scope, the scope of the registry is used; without scopes of the request, it is the only one.
    private static IReadOnlyList<TokenScope> Wanted(Challenge challenge, SentAuthorization sent, IReadOnlyList<TokenScope> scopes)
    {
        var asked = challenge["scope"] is { Length: > 0 } text ? TokenScope.ParseList(text) : [];
        if (asked.Count == 0)
        {
            return scopes;
        }

        var isInsufficient = "insufficient_scope".Equals(challenge["error"], StringComparison.OrdinalIgnoreCase);
        var lacks = sent.Token is null ? !asked.All(ask => scopes.Any(scope => scope.Covers(ask))) : !sent.Token.Covers(asked);
        return isInsufficient || lacks
            ? [.. asked, .. scopes.Where(scope => !asked.Any(ask => ask.Covers(scope)))]
            : scopes;
    }

    private static SentAuthorization Basic(RegistryCredential credential) => new(TokenClient.Basic(credential), null);

    private async Task<SentAuthorization> GetAsync(
        TokenSlot slot, AccessToken? stale, Challenge challenge, IReadOnlyList<TokenScope> scopes, RegistryMessage message,
        CancellationToken cancellationToken)
    {
        var token = await slot.GetAsync(
            stale, time.GetUtcNow(), () => _client.FetchAsync(challenge, scopes, message, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        return new SentAuthorization(new AuthenticationHeaderValue("Bearer", token.Value), token);
    }

    private TokenSlot Slot(Challenge challenge, IReadOnlyList<TokenScope> scopes, RegistryCredential? credential)
    {
        var key = new TokenKey(challenge["realm"] ?? "", challenge["service"] ?? "", string.Join(' ', scopes), credential);
        if (_tokens.TryGetValue(key, out var exact))
        {
            return exact;
        }

        // A token for push also serves a pull, without another request.
        var now = time.GetUtcNow();
        var wider = _tokens
            .FirstOrDefault(pair => pair.Key.DiffersInScopeOnly(key) && scopes.Count > 0 && pair.Value.Serves(scopes, now)).Value;
        if (wider is null && _tokens.Count >= _sweepAt)
        {
            Sweep(now);
        }

        return wider ?? _tokens.GetOrAdd(key, _ => new TokenSlot(scopes));
    }

    // A caller that still waits at a removed slot keeps it; at worst a token is requested twice.
    private void Sweep(DateTimeOffset now)
    {
        foreach (var (key, slot) in _tokens)
        {
            if (slot.IsOver(now))
            {
                _tokens.TryRemove(key, out _);
            }
        }

        _sweepAt = Math.Max(SweepThreshold, _tokens.Count * 2);
    }

    private sealed record TokenKey(string Realm, string Service, string Scope, RegistryCredential? Credential)
    {
        public bool DiffersInScopeOnly(TokenKey other) =>
            Realm == other.Realm && Service == other.Service && Credential == other.Credential;
    }
}
