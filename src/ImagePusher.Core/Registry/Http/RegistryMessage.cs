using ImagePusher.Core.Abstractions;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Registry.Http;

/// <summary>
/// A <see cref="RegistryRequest"/> as the handlers pass it on. It has no body: <see cref="LimitsHandler"/> creates one for
/// each HTTP request, so that a repeated request sends its body from the start.
/// </summary>
internal sealed class RegistryMessage : HttpRequestMessage
{
    /// <summary>Set for an HTTP request that must not use a connection which was used before.</summary>
    public static readonly HttpRequestOptionsKey<bool> NewConnection = new("ImagePusher.NewConnection");

    private readonly RegistryCaller _caller;

    public RegistryMessage(RegistryRequest request, RegistryCaller caller)
    {
        (Request, Url, _caller) = (request, request.Target, caller);
        Method = request.Method;
    }

    public RegistryRequest Request { get; }

    /// <summary>The URL of the current HTTP request, byte for byte as it is sent.</summary>
    public string Url { get; set; }

    /// <summary>True while the request goes to the registry itself, not to a storage that it redirected to.</summary>
    public bool IsOwn { get; set; } = true;

    /// <summary>The credential that was used; null for an anonymous request.</summary>
    public RegistryCredential? Credential { get; set; }

    /// <summary>The purpose of the URL, if a server sent it.</summary>
    public ServerUrlUse UrlUse => Request.IsTokenRequest ? ServerUrlUse.TokenServer
        : Request.Target.StartsWith('/') ? ServerUrlUse.Redirect
        : ServerUrlUse.Upload;

    public ILogger Log => _caller.Log;

    /// <summary>True if a host without a listener gets fewer attempts than one that responded before.</summary>
    public bool FailsFast => _caller.FailsFast;

    /// <summary>Finds the credential to use.</summary>
    /// <param name="rejected">A credential that the registry rejected; null for none.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public ValueTask<RegistryCredential?> FindCredentialAsync(RegistryCredential? rejected, CancellationToken cancellationToken) =>
        _caller.Credentials(rejected, cancellationToken);

    /// <summary>Another request for the same caller: of a token, or of the host's address.</summary>
    public RegistryMessage Derive(RegistryRequest request) => new(request, _caller);
}
