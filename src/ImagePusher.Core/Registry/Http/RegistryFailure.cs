using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;

namespace ImagePusher.Core.Registry.Http;

/// <summary>Makes the exception of a refused or failed request: what failed, on what, what the registry said, what to do.</summary>
internal static class RegistryFailure
{
    /// <summary>The failure that an answer means; a <see cref="TransientFailureException"/> if another try may succeed.</summary>
    public static async Task<Exception> OfAsync(
        RegistryResponse answer, string purpose, string registry, RegistryCredential? credential, TimeSpan idle, TimeProvider time, CancellationToken cancellationToken)
    {
        var body = await ReadErrorAsync(answer.Response, credential, idle, time, cancellationToken).ConfigureAwait(false);
        var server = answer.IsOwn ? registry : $"{UrlText.ToUri(answer.Url).Authority}, the storage of {registry},";
        var message = $"{Failed(purpose)}: {server} answered {Say(answer.Status, body)}.";
        var code = body.Code;
        return answer.Status switch
        {
            HttpStatusCode.Unauthorized => Unauthorized(message, registry, credential, code),
            HttpStatusCode.TooManyRequests => RateLimited(message, registry, code, RetryAfter(answer.Response, time)),
            HttpStatusCode.Forbidden when !answer.IsOwn => new TransientFailureException(
                new RegistryDeniedException(message, "The registry's link to its storage may have expired; try again.", answer.Status, code)),
            HttpStatusCode.Forbidden => new RegistryDeniedException(message, DeniedCure(registry, credential), answer.Status, code),
            var status when IsTransient(status) => new TransientFailureException(
                new RegistryUnavailableException(message, $"Try again later; if it stays so, look at the state of {registry}.", status, code), RetryAfter(answer.Response, time)),
            var status => new RegistryProtocolException(message, CureFor(status, code, registry), status, code),
        };
    }

    /// <summary>The beginning of a message: what failed.</summary>
    public static string Failed(string purpose) => $"{char.ToUpperInvariant(purpose[0])}{purpose[1..]} failed";

    /// <summary>The failure of a token server.</summary>
    public static async Task<Exception> OfTokenServerAsync(
        HttpResponseMessage answer, string purpose, string registry, string server, RegistryCredential? credential, TimeProvider time, CancellationToken cancellationToken)
    {
        var body = await ReadErrorAsync(answer, credential, TimeSpan.FromSeconds(30), time, cancellationToken).ConfigureAwait(false);
        var who = credential is null ? "an anonymous token" : $"a token for {credential}";
        var message = $"{Failed(purpose)}: the token server {server} of {registry} did not give {who}: it answered {Say(answer.StatusCode, body)}.";
        return answer.StatusCode switch
        {
            HttpStatusCode.TooManyRequests => RateLimited(message, registry, body.Code, RetryAfter(answer, time)),
            HttpStatusCode.Forbidden => new RegistryDeniedException(message, DeniedCure(registry, credential), answer.StatusCode, body.Code),
            var status when IsTransient(status) => new TransientFailureException(
                new RegistryUnavailableException(message, "Try again later.", status, body.Code), RetryAfter(answer, time)),
            var status => Unauthorized(message, registry, credential, body.Code, status),
        };
    }

    /// <summary>The failure of a request without an answer.</summary>
    public static Exception OfConnection(Exception error, string purpose, string registry, string url, Uri? proxy = null)
    {
        var server = UrlText.ToUri(url).Authority;
        var at = (server == registry ? registry : $"{registry} ({server})") + (proxy is null ? "" : $" through the proxy {proxy.Authority}");
        var reason = Reason(error, out var recommendedAction, out var isFinal);
        var final = new RegistryUnreachableException($"{Failed(purpose)}: {at} {reason}.", recommendedAction, inner: error);
        return isFinal ? final : new TransientFailureException(final, lostConnection: true);
    }

    /// <summary>True for a connection that was never made: nothing of the request was seen by the server.</summary>
    public static bool IsNoConnection(Exception error) =>
        error is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError };

    public static bool IsTransient(HttpStatusCode status) => (int)status is 408 or 425 or 429 or 499 or 500 or 502 or 503 or 504 or (>= 520 and <= 524);

    /// <summary>The wait that the answer asks for, in seconds or until a date (RFC 9110, 10.2.3).</summary>
    public static TimeSpan? RetryAfter(HttpResponseMessage answer, TimeProvider time)
    {
        if (!answer.Headers.TryGetValues("Retry-After", out var values) || !RetryConditionHeaderValue.TryParse(values.FirstOrDefault(), out var value))
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
        string message, string registry, RegistryCredential? credential, string? code, HttpStatusCode status = HttpStatusCode.Unauthorized) =>
        new(credential is null ? message : $"{message} It was asked as {credential}.",
            credential is null
                ? $"Sign in to {registry} or specify a credential; many registries answer the same for a repository that does not exist."
                : $"Check the user name and password for {registry}, and sign in again.",
            status, code);

    private static string DeniedCure(string registry, RegistryCredential? credential) => credential is null
        ? $"Sign in to {registry} or specify a credential."
        : $"Ask the owner of the repository to give {credential} the right for it, or check the repository's name.";

    private static string CureFor(HttpStatusCode status, string? code, string registry) => (code, (int)status) switch
    {
        ("NAME_UNKNOWN", _) => $"Check the repository's name; some registries, such as ECR, want a repository to be created before the first push.",
        ("NAME_INVALID", _) => "Choose a repository name that the registry takes; some want a project or an account as its first part.",
        ("MANIFEST_BLOB_UNKNOWN", _) => "Push again: something that the manifest names is missing in the registry, perhaps removed by its clean-up meanwhile.",
        ("MANIFEST_INVALID", _) => "The registry may not support this manifest format; try the docker format or a newer registry.",
        ("DIGEST_INVALID", _) => "The bytes changed on their way; try again, and look for a proxy that alters uploads.",
        ("UNSUPPORTED", _) or (_, 405) => $"{registry} does not allow this operation; its operator may have to switch it on.",
        (_, 413) => "A proxy in front of the registry limits the size of a request: raise its limit, or set a smaller chunk size.",
        (_, 407) => "The proxy wants a user name and password: give them in HTTP_PROXY, as http://user:password@host:port.",
        (_, 404) => "Check the registry's address and the repository's name.",
        (_, >= 300 and < 400) => "Check the registry's address: it sends requests elsewhere in a way that is not followed.",
        _ => "Check the registry's message and its log.",
    };

    private static string Say(HttpStatusCode status, ErrorBody body)
    {
        var text = $"{(int)status} {body.Code ?? status.ToString()}";
        return body.Message is { Length: > 0 } message ? $"{text}: {message.TrimEnd('.')}" : text;
    }

    private static async Task<ErrorBody> ReadErrorAsync(
        HttpResponseMessage answer, RegistryCredential? credential, TimeSpan idle, TimeProvider time, CancellationToken cancellationToken)
    {
        var secrets = new SecretFilter(answer, credential);
        try
        {
            var bytes = await BoundedBody.ReadAsync(answer, BoundedBody.ErrorLimit, idle, time, cancellationToken, cut: true).ConfigureAwait(false);

            // Before a long text is cut, and again after escaped letters are read.
            var body = ErrorBody.Parse(secrets.Hide(System.Text.Encoding.UTF8.GetString(bytes))!, answer.Content.Headers.ContentType?.MediaType);
            return new ErrorBody(secrets.Hide(body.Code), secrets.Hide(body.Message));
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            // The status alone has to do.
            return ErrorBody.Empty;
        }
    }

    private static string Reason(Exception error, out string recommendedAction, out bool isFinal)
    {
        isFinal = false;
        recommendedAction = "Check the address and that the registry is running.";
        var innermost = error.GetBaseException();
        switch (error)
        {
            case HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError }:
                isFinal = innermost.Message.Contains("407", StringComparison.Ordinal);
                recommendedAction = isFinal
                    ? "The proxy wants a user name and password: give them in HTTPS_PROXY, as http://user:password@host:port."
                    : "Check HTTPS_PROXY, and with NO_PROXY name the hosts that need no proxy.";
                return "was not reached: " + ErrorBody.OneLine(innermost.Message).TrimEnd('.');
            case HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError }:
                recommendedAction = "Check the registry's name, and the network's DNS.";
                return "was not found by name";
            case HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } when innermost is AuthenticationException { InnerException: null } && innermost.Message.Contains("frame", StringComparison.Ordinal):
                // What .NET says of bytes that are no TLS record; it has no code for it.
                isFinal = true;
                recommendedAction = "If the registry does not support TLS, allow plain http.";
                return "does not speak TLS at that port";
            case HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } when innermost is AuthenticationException:
                isFinal = true;
                recommendedAction = "Specify the registry's certificate authority or put it into docker's certs.d; for a registry without TLS allow plain http.";
                return "could not be trusted: " + ErrorBody.OneLine(innermost.Message).TrimEnd('.');
            case HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }:
                recommendedAction = "If the registry does not support TLS, allow plain http.";
                return "did not complete the TLS handshake: " + ErrorBody.OneLine(innermost.Message).TrimEnd('.');
            case HttpRequestException when innermost is SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                return "refused the connection";
            case TimeoutException:
                recommendedAction = "Check the network; a slow registry may need a longer idle time-out.";
                return ErrorBody.OneLine(error.Message).TrimEnd('.');
            default:
                recommendedAction = "Check the network, and try again.";
                return "lost the connection: " + ErrorBody.OneLine(innermost.Message).TrimEnd('.');
        }
    }
}
