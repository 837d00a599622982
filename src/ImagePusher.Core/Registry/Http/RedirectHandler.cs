namespace ImagePusher.Core.Registry.Http;

/// <summary>
/// Follows redirects by any method, with the body, and without the authorization where the origin changes (.NET follows a POST
/// by a GET and drops the authorization always).
/// </summary>
internal sealed class RedirectHandler(RegistryHost host) : DelegatingHandler
{
    private const int MaximumRedirects = 10;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        request is RegistryMessage { Request.FollowsRedirects: true } message
            ? FollowAsync(message, cancellationToken)
            : base.SendAsync(request, cancellationToken);

    private async Task<HttpResponseMessage> FollowAsync(RegistryMessage message, CancellationToken cancellationToken)
    {
        var (request, authorization) = (message.Request, message.Headers.Authorization);
        var home = UrlText.Origin(host.BaseUrl);
        message.Url = request.Target.StartsWith('/') ? host.BaseUrl + request.Target : request.Target;
        for (var hop = 0; ; hop++)
        {
            message.IsOwn = UrlText.Origin(message.Url) == home;
            message.Headers.Authorization = message.IsOwn ? authorization : null;
            var response = await base.SendAsync(message, cancellationToken).ConfigureAwait(false);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || hop >= MaximumRedirects
                || request.Expected.Contains(response.StatusCode) || RegistryResponse.Header(response, "Location") is not { } location)
            {
                return response;
            }

            var next = Next(request, message.Url, location);
            if (request.StopsAtStorage && !next.Contains("/v2/", StringComparison.Ordinal))
            {
                return response;
            }

            response.Dispose();
            message.Url = next;
        }
    }

    private string Next(RegistryRequest request, string url, string location)
    {
        try
        {
            var next = UrlText.Resolve(url, location);
            return request.IsVerified || !url.StartsWith("https:", StringComparison.OrdinalIgnoreCase)
                || !next.StartsWith("http:", StringComparison.OrdinalIgnoreCase)
                ? next
                : throw new RegistryProtocolException(
                    $"{RegistryFailure.Failed(request.Purpose)}: {host.Registry} redirects from https to plain http, {UrlText.WithoutQuery(next)}.",
                    "Ask the registry's operator to redirect to https.");
        }
        catch (FormatException)
        {
            throw new RegistryProtocolException(
                $"{RegistryFailure.Failed(request.Purpose)}: {host.Registry} redirects to something that is no URL.",
                "Check the registry's address, and the proxy before it.");
        }
    }
}
