using System.Net;

namespace ImagePusher.Core.Registry;

/// <summary>An answer and the URL that gave it, after redirects.</summary>
internal sealed class RegistryResponse(HttpResponseMessage response, string url, bool isOwn) : IDisposable
{
    public HttpResponseMessage Response { get; } = response;

    /// <summary>The URL that answered, byte for byte as it was asked.</summary>
    public string Url { get; } = url;

    /// <summary>True if the registry answered itself, and not a storage that it redirected to.</summary>
    public bool IsOwn { get; } = isOwn;

    public HttpStatusCode Status => Response.StatusCode;

    /// <summary>A header's first value as it was sent: the parsed form of a Location would be another text.</summary>
    public string? Header(string name) =>
        Response.Headers.NonValidated.TryGetValues(name, out var values) || Response.Content.Headers.NonValidated.TryGetValues(name, out values)
            ? values.FirstOrDefault()
            : null;

    public void Dispose() => Response.Dispose();
}
