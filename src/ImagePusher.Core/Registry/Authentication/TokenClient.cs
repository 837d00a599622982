using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry.Authentication;

/// <summary>Asks a registry's token server for a bearer token (distribution, spec/auth/token and spec/auth/oauth).</summary>
internal sealed class TokenClient(RegistryHost host, HttpMessageInvoker inner, TimeProvider time)
{
    private static readonly TimeSpan MinimumLife = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    /// <summary>Requests a token.</summary>
    /// <param name="challenge">The bearer challenge.</param>
    /// <param name="scopes">What the token must allow, the needed scope first.</param>
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
                return await ReadAsync(posted, realm, scopes, credential, purpose, asked, cancellationToken).ConfigureAwait(false);
            }
        }

        using var get = Get(realm, challenge, scopes, message);
        using var response = await inner.SendAsync(get, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(response, realm, scopes, credential, purpose, asked, cancellationToken).ConfigureAwait(false);
    }

    private string CheckRealm(Challenge challenge, string purpose)
    {
        var realm = challenge["realm"];
        if (realm is null || !Uri.TryCreate(realm, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new RegistryProtocolException(
                $"{RegistryFailure.Failed(purpose)}: {host.Registry} asks for a bearer token, but names no token server.", "Report it to the registry's operator: the realm of its challenge is no URL.");
        }

        if (uri.Scheme == "http" && host.IsHttps)
        {
            throw new RegistryUnauthorizedException(
                $"{RegistryFailure.Failed(purpose)}: {host.Registry} is asked over https, but names the token server {uri.GetLeftPart(UriPartial.Path)} over plain http.",
                "Nothing was sent to it. Ask the registry's operator to give the token server by https.", HttpStatusCode.Unauthorized);
        }

        if (UrlText.IsPrivateAddress(realm) && !host.IsPrivate && uri.Host != UrlText.ToUri(host.BaseUrl).Host)
        {
            throw new RegistryUnauthorizedException(
                $"{RegistryFailure.Failed(purpose)}: {host.Registry} names a token server in a private network, {uri.GetLeftPart(UriPartial.Path)}.",
                "Nothing was sent to it. Ask the registry's operator to correct the realm of its challenge.", HttpStatusCode.Unauthorized);
        }

        return realm;
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
            new RegistryRequest { Method = HttpMethod.Get, Target = url, Purpose = message.Request.Purpose, FollowsRedirects = false });
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
            FollowsRedirects = false,
        });
    }

    /// <summary>The header of the Basic scheme (RFC 7617).</summary>
    public static AuthenticationHeaderValue Basic(RegistryCredential credential)
    {
        var user = credential.IsIdentityToken ? "<token>" : credential.UserName;
        return new AuthenticationHeaderValue("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{user}:{credential.Secret}")));
    }

    private async Task<AccessToken> ReadAsync(
        HttpResponseMessage answer, string realm, IReadOnlyList<TokenScope> scopes, RegistryCredential? credential, string purpose, DateTimeOffset asked, CancellationToken cancellationToken)
    {
        var who = UrlText.WithoutQuery(realm);
        if (!answer.IsSuccessStatusCode)
        {
            throw await RegistryFailure.OfTokenServerAsync(answer, purpose, host.Registry, who, credential, time, cancellationToken).ConfigureAwait(false);
        }

        var body = await BoundedBody.ReadAsync(answer, BoundedBody.TokenLimit, host.Settings.IdleTimeout, time, cancellationToken).ConfigureAwait(false);
        try
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            var token = root.Text("token") ?? root.Text("access_token");
            if (token is not null)
            {
                var seconds = root.TryGetProperty("expires_in", out var life) && life.ValueKind == JsonValueKind.Number && life.TryGetDouble(out var value) ? value : 0;
                var expires = TimeSpan.FromSeconds(Math.Clamp(seconds, MinimumLife.TotalSeconds, TimeSpan.FromDays(30).TotalSeconds));
                return new AccessToken(token, scopes, asked + expires - Margin);
            }
        }
        catch (JsonException)
        {
            // Said below: what came holds no token, or none that is text.
        }

        throw new RegistryProtocolException(
            $"{RegistryFailure.Failed(purpose)}: the token server {who} of {host.Registry} answered without a token.",
            "Check that the registry's address is right; a proxy or a sign-in page may have answered in its place.", answer.StatusCode);
    }
}
