namespace ImagePusher.TestSupport.FakeRegistries;

/// <summary>A request that a token server got.</summary>
/// <param name="Method">GET or POST.</param>
/// <param name="Target">Path and query.</param>
/// <param name="User">The authenticated user; null for anonymous or rejected requests.</param>
/// <param name="GrantType">The grant_type of a POST; null for a GET.</param>
/// <param name="Service">The service that was asked for.</param>
/// <param name="Scopes">The scopes that were asked for, in their order.</param>
/// <param name="HasAuthorization">Whether it came with an Authorization header.</param>
/// <param name="Status">The status of the response.</param>
public sealed record TokenRequest(
    string Method,
    string Target,
    string? User,
    string? GrantType,
    string? Service,
    IReadOnlyList<string> Scopes,
    bool HasAuthorization,
    int Status);
