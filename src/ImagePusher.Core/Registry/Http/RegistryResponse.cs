using System.Net;

namespace ImagePusher.Core.Registry.Http;

/// <summary>A response and its URL after redirects.</summary>
/// <param name="response">The response.</param>
/// <param name="url">The URL that responded.</param>
/// <param name="isOwn">True if it is the registry's own.</param>
/// <param name="secrets">Removes the secrets of the host from what messages quote of the response.</param>
internal sealed class RegistryResponse(HttpResponseMessage response, string url, bool isOwn, SecretFilter secrets) : IDisposable
{
    public HttpResponseMessage Response { get; } = response;

    /// <summary>The URL that responded, byte for byte as it was sent.</summary>
    public string Url { get; } = url;

    /// <summary>True if the registry itself responded, not a storage that it redirected to.</summary>
    public bool IsOwn { get; } = isOwn;

    /// <summary>Removes the secrets of the host from what messages quote of the response.</summary>
    public SecretFilter Secrets { get; } = secrets;

    public HttpStatusCode Status => Response.StatusCode;

    /// <summary>A header's first value as it was sent: the parsed form of a Location would be another text.</summary>
    public static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values)
            || response.Content.Headers.NonValidated.TryGetValues(name, out values)
            ? values.FirstOrDefault()
            : null;

    /// <inheritdoc cref="Header(HttpResponseMessage, string)"/>
    public string? Header(string name) => Header(Response, name);

    public void Dispose() => Response.Dispose();
}
