namespace ImagePusher.TestSupport.FakeRegistries;

/// <summary>A token issued by a token server.</summary>
/// <param name="Text">The token.</param>
/// <param name="User">Whose it is; null for anonymous.</param>
/// <param name="Access">What it allows: repository and action.</param>
/// <param name="Issued">Since when.</param>
/// <param name="Expires">Until when.</param>
public sealed record IssuedToken(
    string Text,
    string? User,
    IReadOnlySet<(string Repository, string Action)> Access,
    DateTimeOffset Issued,
    DateTimeOffset Expires)
{
    /// <summary>Whether it allows an action in a repository.</summary>
    public bool Allows(string repository, string action) => Access.Contains((repository, action));
}
