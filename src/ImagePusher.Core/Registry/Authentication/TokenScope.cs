namespace ImagePusher.Core.Registry.Authentication;

/// <summary>A scope of a bearer token: <c>repository:team/app:pull,push</c> (distribution, spec/auth/scope).</summary>
internal sealed record TokenScope(string Resource, string Actions)
{
    public static TokenScope Pull(string repository) => new("repository:" + repository, "pull");

    public static TokenScope Push(string repository) => new("repository:" + repository, "pull,push");

    public static TokenScope Delete(string repository) => new("repository:" + repository, "delete");

    public static TokenScope Catalog { get; } = new("registry:catalog", "*");

    /// <summary>Parses the scopes of a challenge, separated by spaces.</summary>
    public static IReadOnlyList<TokenScope> ParseList(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];

    /// <summary>True if this scope includes the other.</summary>
    public bool Covers(TokenScope other) =>
        Resource == other.Resource
        && (Actions == "*" || Array.TrueForAll(other.Actions.Split(','), action => Actions.Split(',').Contains(action)));

    public override string ToString() => $"{Resource}:{Actions}";

    private static TokenScope Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon < 0 ? new TokenScope(text, "") : new TokenScope(text[..colon], text[(colon + 1)..]);
    }
}
