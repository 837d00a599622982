using System.Net;
using ImagePusher.Core.Registry.Authentication;

namespace ImagePusher.Core.Registry.Http;

/// <summary>A request to a registry, which can result in several HTTP requests.</summary>
internal sealed class RegistryRequest
{
    public required HttpMethod Method { get; init; }

    /// <summary>
    /// The path and query from the registry's root, such as <c>/v2/app/tags/list</c>, or a complete URL that the registry named.
    /// </summary>
    public required string Target { get; init; }

    /// <summary>The operation, for messages: <c>reading the manifest localhost:5000/app:1.0</c>.</summary>
    public required string Purpose { get; init; }

    /// <summary>The required scopes of the token, the most important first.</summary>
    public IReadOnlyList<TokenScope> Scopes { get; init; } = [];

    /// <summary>The statuses that the caller handles itself, besides success.</summary>
    public IReadOnlyList<HttpStatusCode> Expected { get; init; } = [];

    /// <summary>The accepted media types.</summary>
    public IReadOnlyList<string> Accept { get; init; } = [];

    /// <summary>The offset to read from, in bytes; 0 for the complete content.</summary>
    public long Offset { get; init; }

    /// <summary>Creates the body for one HTTP request; null for none.</summary>
    public Func<IdleTimer, HttpContent>? Content { get; init; }

    /// <summary>The body's length, or the bytes that the server must verify before it responds; null if it is unknown.</summary>
    public long? Length { get; init; }

    /// <summary>False if the caller repairs a transient failure itself.</summary>
    public bool Retries { get; init; } = true;

    /// <summary>True to use a new connection, which is closed after the response.</summary>
    public bool OwnConnection { get; init; }

    /// <summary>False for a request whose redirects are not followed, and which carries the authorization that its caller set.</summary>
    public bool FollowsRedirects { get; init; } = true;

    /// <summary>True for a request to a token server.</summary>
    public bool IsTokenRequest { get; init; }

    /// <summary>True if a redirect away from the API, to a storage, is the response.</summary>
    public bool StopsAtStorage { get; init; }

    /// <summary>True for content that is verified by its digest.</summary>
    public bool IsVerified { get; init; }

    /// <summary>True for a response that the caller can use.</summary>
    public bool Accepts(HttpStatusCode status) =>
        (int)status is >= 200 and < 300 || Expected.Contains(status) || (StopsAtStorage && (int)status is >= 300 and < 400);
}
