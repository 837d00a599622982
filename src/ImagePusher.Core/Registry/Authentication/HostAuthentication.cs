using System.Collections.Concurrent;
using System.Net.Http.Headers;

namespace ImagePusher.Core.Registry.Authentication;

/// <summary>What a session knows of a host's authentication: its last challenge and the tokens it gave. Concurrent needs of one token share one request.</summary>
internal sealed class HostAuthentication(RegistryHost host, TimeProvider time) : IDisposable
{
    // A session may go through any number of repositories, each with a scope of its own.
    private const int FewTokens = 500;

    private readonly TokenClient _client = new(host, time);
    private readonly ConcurrentDictionary<TokenKey, TokenSlot> _tokens = new();
    private volatile IReadOnlyList<Challenge> _challenges = [];
    private volatile int _sweepAt = FewTokens;

    /// <summary>How many tokens are kept, among them some that have ended.</summary>
    public int TokenCount => _tokens.Count;

    /// <summary>Takes the challenges of the host's first answer.</summary>
    public void Learn(IReadOnlyList<Challenge> challenges)
    {
        if (challenges.Count > 0)
        {
            _challenges = challenges;
        }
    }

    /// <summary>What to send with a request, as far as the host's challenge is known.</summary>
    public async Task<SentAuthorization> AuthorizeAsync(
        RegistryRequest request, RegistryCredential? credential, RegistryTransport transport, CancellationToken cancellationToken)
    {
        if (Preferred(_challenges) is not { } challenge)
        {
            return new SentAuthorization(null, null, credential);
        }

        if (challenge.IsBasic)
        {
            return credential is null ? SentAuthorization.None : new SentAuthorization(TokenClient.Basic(credential), null, credential);
        }

        var slot = Slot(challenge, request.Scopes, credential);
        var token = await slot.GetAsync(
            stale: null, time.GetUtcNow(), () => _client.FetchAsync(challenge, slot.Scopes, credential, request.Purpose, transport, cancellationToken), cancellationToken).ConfigureAwait(false);
        return Bearer(token, credential);
    }

    /// <summary>What to send after a 401; null if there is nothing better than what was sent.</summary>
    /// <param name="challenges">The challenges of the 401; where it had none, the host's last known ones hold.</param>
    /// <param name="sent">What the refused request carried.</param>
    /// <param name="request">The request.</param>
    /// <param name="credential">Who asks.</param>
    /// <param name="transport">Sends the token request.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public async Task<SentAuthorization?> AnswerAsync(
        IReadOnlyList<Challenge> challenges, SentAuthorization sent, RegistryRequest request, RegistryCredential? credential, RegistryTransport transport, CancellationToken cancellationToken)
    {
        Learn(challenges);
        if (_challenges.Count == 0)
        {
            // The first question may have met a failure in passing.
            Learn(await transport.AskForChallengesAsync(request.Purpose, cancellationToken).ConfigureAwait(false));
        }

        if (Preferred(_challenges) is not { } challenge)
        {
            return null;
        }

        if (challenge.IsBasic)
        {
            return credential is null || sent.Header is { Scheme: "Basic" } ? null : new SentAuthorization(TokenClient.Basic(credential), null, credential);
        }

        var slot = Slot(challenge, request.Scopes, credential);
        var wanted = Wanted(challenge, sent, slot.Scopes);
        var token = await slot.GetAsync(
            sent.Token, time.GetUtcNow(), () => _client.FetchAsync(challenge, wanted, credential, request.Purpose, transport, cancellationToken), cancellationToken).ConfigureAwait(false);
        return Bearer(token, credential);
    }

    public void Dispose()
    {
        foreach (var slot in _tokens.Values)
        {
            slot.Dispose();
        }

        _tokens.Clear();
    }

    // Bearer first: it also serves who has no credentials. Negotiate, NTLM and the like are never answered.
    private static Challenge? Preferred(IReadOnlyList<Challenge> challenges) =>
        challenges.FirstOrDefault(challenge => challenge.IsBearer) ?? challenges.FirstOrDefault(challenge => challenge.IsBasic);

    // The registry knows best what it lacks: with insufficient_scope its own scope counts, with none of ours it is all there is.
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

    private static SentAuthorization Bearer(AccessToken token, RegistryCredential? credential) =>
        new(new AuthenticationHeaderValue("Bearer", token.Value), token, credential);

    private TokenSlot Slot(Challenge challenge, IReadOnlyList<TokenScope> scopes, RegistryCredential? credential)
    {
        var key = new TokenKey(challenge["realm"] ?? "", challenge["service"] ?? "", string.Join(' ', scopes), credential);
        if (_tokens.TryGetValue(key, out var exact))
        {
            return exact;
        }

        // A token for push serves a pull too: one request less.
        var now = time.GetUtcNow();
        var wider = _tokens.FirstOrDefault(pair => pair.Key.IsSameButScope(key) && scopes.Count > 0 && pair.Value.Serves(scopes, now)).Value;
        if (wider is null && _tokens.Count >= _sweepAt)
        {
            Sweep(now);
        }

        return wider ?? _tokens.GetOrAdd(key, _ => new TokenSlot(scopes));
    }

    // Who still waits at a slot that goes keeps it; the worst that comes of it is a token fetched twice.
    private void Sweep(DateTimeOffset now)
    {
        foreach (var (key, slot) in _tokens)
        {
            if (slot.IsOver(now))
            {
                _tokens.TryRemove(key, out _);
            }
        }

        _sweepAt = Math.Max(FewTokens, _tokens.Count * 2);
    }

    private sealed record TokenKey(string Realm, string Service, string Scope, RegistryCredential? Credential)
    {
        public bool IsSameButScope(TokenKey other) => Realm == other.Realm && Service == other.Service && Credential == other.Credential;
    }
}
