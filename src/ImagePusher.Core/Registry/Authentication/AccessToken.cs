namespace ImagePusher.Core.Registry.Authentication;

/// <summary>A bearer token, what it was asked for, and until when it is used.</summary>
/// <param name="Value">The token: a secret.</param>
/// <param name="Scopes">The scopes that it was asked for; the server may have granted less.</param>
/// <param name="Expires">When it is not used any more.</param>
internal sealed record AccessToken(string Value, IReadOnlyList<TokenScope> Scopes, DateTimeOffset Expires)
{
    public bool Covers(IReadOnlyList<TokenScope> wanted) => wanted.All(want => Scopes.Any(scope => scope.Covers(want)));

    public override string ToString() => "a token for " + string.Join(' ', Scopes);
}
