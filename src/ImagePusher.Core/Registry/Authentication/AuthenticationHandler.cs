using System.Net;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry.Authentication;

/// <summary>
/// Finds the host's address and challenge before its first request, adds the authorization, and answers a 401. Tokens are
/// requested through the handlers below this one.
/// </summary>
internal sealed class AuthenticationHandler : DelegatingHandler
{
    private const int MaximumChallenges = 2;

    private readonly RegistryHost _host;
    private readonly HttpMessageInvoker _below;
    private readonly HostDiscovery _discovery;
    private readonly TokenProvider _tokens;

    public AuthenticationHandler(RegistryHost host, HttpMessageHandler inner, TimeProvider time)
        : base(inner)
    {
        _host = host;
        _below = new HttpMessageInvoker(inner, disposeHandler: false);
        _discovery = new HostDiscovery(host, _below, time);
        _tokens = new TokenProvider(host, _discovery, _below, time);
    }

    /// <summary>The number of tokens in memory, including expired ones.</summary>
    public int TokenCount => _tokens.Count;

    /// <summary>Drops all tokens.</summary>
    public void ForgetTokens()
    {
        _tokens.Clear();
        _host.Secrets.Clear();
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var message = (RegistryMessage)request;
        await _discovery.EnsureAsync(message, cancellationToken).ConfigureAwait(false);
        var credential = await message.FindCredentialAsync(null, cancellationToken).ConfigureAwait(false);
        RegistryUnauthorizedException? rejection = null;
        HttpResponseMessage? response = null;
        try
        {
            response = await SendAsync(message, credential, cancellationToken).ConfigureAwait(false);
            if (credential is null || !IsRejected(response, message))
            {
                return response;
            }
        }
        catch (RegistryUnauthorizedException error) when (credential is not null)
        {
            rejection = error;
        }

        // A credential helper's password may expire within hours. Never continue without a credential.
        var renewed = await message.FindCredentialAsync(credential, cancellationToken).ConfigureAwait(false);
        if (renewed is null || renewed == credential)
        {
            return response ?? throw rejection!;
        }

        response?.Dispose();
        return await SendAsync(message, renewed, cancellationToken).ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _tokens.Dispose();
            _discovery.Dispose();
            _below.Dispose();
        }

        base.Dispose(disposing);
    }

    private static bool IsRejected(HttpResponseMessage response, RegistryMessage message) =>
        response.StatusCode == HttpStatusCode.Unauthorized && message.IsOwn && !message.Request.Accepts(HttpStatusCode.Unauthorized);

    private async Task<HttpResponseMessage> SendAsync(
        RegistryMessage message, RegistryCredential? credential, CancellationToken cancellationToken)
    {
        message.Credential = credential;
        _host.Secrets.Add(credential);
        var authorization = await _tokens.AuthorizeAsync(message, cancellationToken).ConfigureAwait(false);
        for (var challenges = 0; ; challenges++)
        {
            message.Headers.Authorization = authorization.Header;
            var response = await base.SendAsync(message, cancellationToken).ConfigureAwait(false);
            if (!IsRejected(response, message) || challenges == MaximumChallenges)
            {
                return response;
            }

            SentAuthorization? next;
            try
            {
                next = await _tokens.RespondAsync(response, authorization, message, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                response.Dispose();
                throw;
            }

            if (next is null)
            {
                return response;
            }

            response.Dispose();
            authorization = next;
        }
    }
}
