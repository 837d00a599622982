using System.Net;
using ImagePusher.Core.Registry.Authentication;

namespace ImagePusher.Core.Registry;

/// <summary>A request to a registry, from which as many HTTP requests are made as are needed.</summary>
internal sealed class RegistryRequest
{
    public required HttpMethod Method { get; init; }

    /// <summary>Path and query from the registry's root, such as <c>/v2/app/tags/list</c>, or a whole URL that the registry gave.</summary>
    public required string Target { get; init; }

    /// <summary>What the request is to do, for messages: <c>reading the manifest localhost:5000/app:1.0</c>.</summary>
    public required string Purpose { get; init; }

    /// <summary>What the token must allow; the needed scope first.</summary>
    public IReadOnlyList<TokenScope> Scopes { get; init; } = [];

    /// <summary>The answers that the caller reads itself, besides success.</summary>
    public IReadOnlyList<HttpStatusCode> Expected { get; init; } = [];

    /// <summary>The media types to ask for.</summary>
    public IReadOnlyList<string> Accept { get; init; } = [];

    /// <summary>The offset to read from; 0 asks for everything.</summary>
    public long Offset { get; init; }

    /// <summary>Makes the body anew for each HTTP request; null for none.</summary>
    public Func<IdleTimer, HttpContent>? Content { get; init; }

    /// <summary>The body's length, or the bytes that the server has to check before it answers; null where it is unknown.</summary>
    public long? Length { get; init; }

    /// <summary>False if the caller repairs a passing failure itself.</summary>
    public bool Retries { get; init; } = true;

    /// <summary>True to take a connection of its own, and close it after the answer.</summary>
    public bool OwnConnection { get; init; }

    /// <summary>True if a redirect away from the API, to a storage, is the answer.</summary>
    public bool StopsAtStorage { get; init; }

    /// <summary>True for content that is verified by its digest, which may come from a plain http storage.</summary>
    public bool IsVerified { get; init; }
}
