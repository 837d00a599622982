using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry.Authentication;

/// <summary>Requests a bearer token from a registry's token server (distribution, spec/auth/token and spec/auth/oauth).</summary>
internal sealed class TokenClient(RegistryHost host, HttpMessageInvoker inner, TimeProvider time)
{
    // A token is renewed a little before it expires.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    /// <summary>Requests a token.</summary>
    /// <param name="challenge">The bearer challenge.</param>
    /// <param name="scopes">The required scopes of the token, the most important first.</param>
    /// <param name="message">The request that needs the token.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<AccessToken> FetchAsync(
        Challenge challenge, IReadOnlyList<TokenScope> scopes, RegistryMessage message, CancellationToken cancellationToken)
    {
        var (credential, purpose) = (message.Credential, message.Request.Purpose);
        var realm = CheckRealm(challenge, purpose);
        var asked = time.GetUtcNow();
        if (credential is { IsIdentityToken: true })
        {
            using var post = Post(realm, challenge, scopes, message);
            using var posted = await inner.SendAsync(post, cancellationToken).ConfigureAwait(false);
            if (posted.StatusCode is not (HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed))
            {
                return await ReadAsync(posted, realm, scopes, message, asked, cancellationToken).ConfigureAwait(false);
            }
        }

        using var get = Get(realm, challenge, scopes, message);
        using var response = await inner.SendAsync(get, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(response, realm, scopes, message, asked, cancellationToken).ConfigureAwait(false);
    }

    private string CheckRealm(Challenge challenge, string purpose)
    {
        try
        {
            var text = challenge["realm"] ?? "";
            var realm = text.Contains("://", StringComparison.Ordinal)
                ? UrlText.Resolve(host.BaseUrl, text)
                : throw new FormatException("it is not a URL");
            host.UrlPolicy.Check(realm, ServerUrlUse.TokenServer, purpose);
            return realm;
        }
        catch (FormatException)
        {
            throw new RegistryProtocolException(
                $"{RegistryFailure.Failed(purpose)}: {host.Registry} asks for a bearer token, but the realm of its challenge is not a URL: "
                + $"'{host.Secrets.Url(challenge["realm"] ?? "")}'.",
                "Report it to the registry's operator.");
        }
    }

    private static RegistryMessage Get(string realm, Challenge challenge, IReadOnlyList<TokenScope> scopes, RegistryMessage message)
    {
        var credential = message.Credential;
        var url = challenge["service"] is { Length: > 0 } service ? UrlText.AddQuery(realm, "service", service) : realm;
        url = scopes.Aggregate(url, (text, scope) => UrlText.AddQuery(text, "scope", scope.ToString()));
        if (credential is { IsIdentityToken: false, UserName.Length: > 0 })
        {
            url = UrlText.AddQuery(url, "account", credential.UserName);
        }

        var request = message.Derive(
            new RegistryRequest
            {
                Method = HttpMethod.Get,
                Target = url,
                Purpose = message.Request.Purpose,
                IsTokenRequest = true,
                FollowsRedirects = false,
            });
        if (credential is not null)
        {
            request.Headers.Authorization = Basic(credential);
        }

        return request;
    }

    private RegistryMessage Post(string realm, Challenge challenge, IReadOnlyList<TokenScope> scopes, RegistryMessage message)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "refresh_token",
            ["service"] = challenge["service"] ?? host.Registry,
            ["client_id"] = "ImagePusher",
            ["scope"] = string.Join(' ', scopes),
            ["refresh_token"] = message.Credential!.Secret,
        };
        return message.Derive(new RegistryRequest
        {
            Method = HttpMethod.Post,
            Target = realm,
            Purpose = message.Request.Purpose,
            Content = _ => new FormUrlEncodedContent(form),
            IsTokenRequest = true,
            FollowsRedirects = false,
        });
    }

    /// <summary>The header of the Basic scheme (RFC 7617).</summary>
    public static AuthenticationHeaderValue Basic(RegistryCredential credential)
    {
        var user = credential.IsIdentityToken ? "<token>" : credential.UserName;
        return new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{credential.Secret}")));
    }

    private async Task<AccessToken> ReadAsync(
        HttpResponseMessage response, string realm, IReadOnlyList<TokenScope> scopes, RegistryMessage message, DateTimeOffset asked,
        CancellationToken cancellationToken)
    {
        var (server, purpose) = (host.Secrets.Url(realm), message.Request.Purpose);
        if (!response.IsSuccessStatusCode)
        {
            throw await RegistryFailure.OfTokenServerAsync(
                response, purpose, host.Registry, host.Secrets, server, message.Credential, time, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            var body = await BoundedBody.ReadAsync(
                response, BoundedBody.TokenLimit, host.Settings.IdleTimeout, time, cancellationToken).ConfigureAwait(false);
            var token = TokenResponse.Parse(body);
            host.Secrets.Add(token.Token);
            return new AccessToken(token.Token, scopes, asked + token.Life - Margin);
        }
        catch (Exception error) when (error is FormatException or InvalidDataException)
        {
            var what = error is FormatException ? error.Message : $"cannot be used: {error.Message}";
            throw new RegistryProtocolException(
                $"{RegistryFailure.Failed(purpose)}: the token server {server} of {host.Registry} {what}.",
                "Check that the registry's address is right; a proxy or a sign-in page may have responded in its place.",
                response.StatusCode);
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            throw RegistryFailure.OfConnection(error, purpose, host.Registry, host.Secrets, realm);
        }
    }
}
