using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using ImagePusher.Core.Abstractions;

namespace ImagePusher.Core.Registry.Http;

/// <summary>Creates the exception of a rejected or failed request: the failure, its object, the response of the registry and the
/// recommended action.</summary>
internal static class RegistryFailure
{
    /// <summary>The failure that a response means; a <see cref="TransientFailureException"/> if another attempt may succeed.</summary>
    public static async Task<Exception> OfAsync(
        RegistryResponse response, string purpose, string registry, RegistryCredential? credential, TimeSpan idle, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var body = await ReadErrorAsync(response.Response, response.Secrets, idle, time, cancellationToken).ConfigureAwait(false);
        var server = response.IsOwn
            ? registry
            : $"{response.Secrets.OneLine(UrlText.ToUri(response.Url).Authority)}, the storage of {registry},";
        var message = $"{Failed(purpose)}: {server} responded with {Describe(response.Status, body)}.";
        var code = body.Code;
        return response.Status switch
        {
            HttpStatusCode.Unauthorized => Unauthorized(message, registry, credential, code),
            HttpStatusCode.TooManyRequests => RateLimited(message, registry, code, RetryAfter(response.Response, time)),
            HttpStatusCode.Forbidden when !response.IsOwn => new TransientFailureException(new RegistryDeniedException(
                message, "The link to the storage of the registry may have expired; try again.", response.Status, code)),
            HttpStatusCode.Forbidden => new RegistryDeniedException(
                message, RecommendedActions.ForDenied(registry, credential), response.Status, code),
            var status when IsTransient(status) => new TransientFailureException(
                new RegistryUnavailableException(message, $"Try again later, and check the state of {registry}.", status, code),
                RetryAfter(response.Response, time)),
            var status => new RegistryProtocolException(message, RecommendedActions.For(status, code, registry), status, code),
        };
    }

    /// <summary>The beginning of a message: what failed.</summary>
    public static string Failed(string purpose) => $"{char.ToUpperInvariant(purpose[0])}{purpose[1..]} failed";

    /// <summary>The failure of a token server.</summary>
    public static async Task<Exception> OfTokenServerAsync(
        HttpResponseMessage response, string purpose, string registry, SecretFilter secrets, string server,
        RegistryCredential? credential, TimeProvider time, CancellationToken cancellationToken)
    {
        var body = await ReadErrorAsync(response, secrets, TimeSpan.FromSeconds(30), time, cancellationToken).ConfigureAwait(false);
        var token = credential is null ? "an anonymous token" : $"a token for {credential}";
        var message = $"{Failed(purpose)}: the token server {server} of {registry} did not issue {token}: "
            + $"it responded with {Describe(response.StatusCode, body)}.";
        return response.StatusCode switch
        {
            HttpStatusCode.TooManyRequests => RateLimited(message, registry, body.Code, RetryAfter(response, time)),
            HttpStatusCode.Forbidden => new RegistryDeniedException(
                message, RecommendedActions.ForDenied(registry, credential), response.StatusCode, body.Code),
            var status when IsTransient(status) => new TransientFailureException(
                new RegistryUnavailableException(message, "Try again later.", status, body.Code), RetryAfter(response, time)),
            var status => Unauthorized(message, registry, credential, body.Code, status),
        };
    }

    /// <summary>The failure of a request without a response.</summary>
    public static Exception OfConnection(
        Exception error, string purpose, string registry, SecretFilter secrets, string url, Uri? proxy = null)
    {
        var server = secrets.OneLine(UrlText.ToUri(url).Authority);
        var at = (server == registry ? registry : $"{registry} ({server})")
            + (proxy is null ? "" : $" through the proxy {proxy.Authority}");
        var (reason, recommendedAction, isFinal) = ConnectionFailure.Describe(error);
        var final = new RegistryUnreachableException(
            $"{Failed(purpose)}: {at} {secrets.OneLine(reason)}.", recommendedAction, inner: secrets.WithoutSecrets(error));
        return isFinal ? final : new TransientFailureException(final, lostConnection: true);
    }

    /// <summary>True for a connection that was never established: the server received no part of the request.</summary>
    public static bool IsNoConnection(Exception error) =>
        error is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError };

    public static bool IsTransient(HttpStatusCode status) =>
        (int)status is 408 or 425 or 429 or 499 or 500 or 502 or 503 or 504 or (>= 520 and <= 524);

    /// <summary>The wait requested by the response, in seconds or until a date (RFC 9110, 10.2.3).</summary>
    public static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider time)
    {
        if (!response.Headers.TryGetValues("Retry-After", out var values)
            || !RetryConditionHeaderValue.TryParse(values.FirstOrDefault(), out var value))
        {
            return null;
        }

        var wait = value.Delta ?? (value.Date - time.GetUtcNow()) ?? TimeSpan.Zero;
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    private static TransientFailureException RateLimited(string message, string registry, string? code, TimeSpan? wait) =>
        new(new RegistryRateLimitedException(message, wait is { } time
            ? $"Wait {time.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} seconds, or sign in to {registry} for a higher limit."
            : $"Wait, or sign in to {registry} for a higher limit.", wait, code), wait);

    private static RegistryUnauthorizedException Unauthorized(
        string message, string registry, RegistryCredential? credential, string? code,
        HttpStatusCode status = HttpStatusCode.Unauthorized) =>
        new(credential is null ? message : $"{message} The request was made as {credential}.",
            RecommendedActions.ForUnauthorized(registry, credential), status, code);

    // The registry's own code, else the standard phrase; the phrase of the response may be anything.
    private static string Describe(HttpStatusCode status, ErrorBody body)
    {
        using var standard = new HttpResponseMessage(status);
        var text = $"{(int)status} {body.Code ?? standard.ReasonPhrase}".TrimEnd();
        return body.Message is { Length: > 0 } message ? $"{text}: {message.TrimEnd('.')}" : text;
    }

    private static async Task<ErrorBody> ReadErrorAsync(
        HttpResponseMessage response, SecretFilter secrets, TimeSpan idle, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            var bytes = await BoundedBody.ReadAsync(
                response, BoundedBody.ErrorLimit, idle, time, cancellationToken, cut: true).ConfigureAwait(false);
            return ErrorBody.Read(bytes, response.Content.Headers.ContentType?.MediaType, secrets);
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            // Only the status is available.
            return ErrorBody.Empty;
        }
    }
}
