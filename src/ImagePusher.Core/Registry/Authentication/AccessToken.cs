namespace ImagePusher.Core.Registry.Authentication;

/// <summary>A bearer token.</summary>
/// <param name="Value">The token: a secret.</param>
/// <param name="Scopes">The requested scopes; the server may have granted fewer.</param>
/// <param name="Expires">The end of its use.</param>
internal sealed record AccessToken(string Value, IReadOnlyList<TokenScope> Scopes, DateTimeOffset Expires)
{
    public bool Covers(IReadOnlyList<TokenScope> wanted) => wanted.All(want => Scopes.Any(scope => scope.Covers(want)));

    public override string ToString() => "a token for " + string.Join(' ', Scopes);
}
