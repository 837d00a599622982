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
        if (request.Target.StartsWith('/'))
        {
            message.Url = host.BaseUrl + request.Target;
        }
        else
        {
            // The Location of an upload, perhaps of an earlier process.
            host.UrlPolicy.Check(message.Url, ServerUrlUse.Upload, request.Purpose);
        }

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

            var next = host.UrlPolicy.Resolve(message.Url, location, ServerUrlUse.Redirect, request.Purpose, request.IsVerified);
            if (request.StopsAtStorage && !next.Contains("/v2/", StringComparison.Ordinal))
            {
                return response;
            }

            if (message.Method == HttpMethod.Delete)
            {
                host.UrlPolicy.CheckDeletion(message.Url, next, response.StatusCode, request.Purpose);
            }

            response.Dispose();
            message.Url = next;
        }
    }
}
