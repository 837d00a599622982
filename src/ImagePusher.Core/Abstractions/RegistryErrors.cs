using System.Net;

namespace ImagePusher.Core;

/// <summary>A failure of a registry or of the connection to it.</summary>
public abstract class RegistryException : ImagePusherException
{
    private protected RegistryException(
        string message, string recommendedAction, HttpStatusCode? status, string? code, Exception? inner)
        : base(message, recommendedAction, inner)
    {
        StatusCode = status;
        ErrorCode = code;
    }

    /// <summary>The HTTP status of the response; null if there was no response.</summary>
    public HttpStatusCode? StatusCode { get; }

    /// <summary>The registry's own error code, such as MANIFEST_UNKNOWN (distribution-spec, Error Codes); null if it gave none.</summary>
    public string? ErrorCode { get; }
}

/// <summary>The registry knows the caller and does not allow the request (403).</summary>
/// <param name="message">What failed, on what and why.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="status">The HTTP status; null if there was no response.</param>
/// <param name="code">The registry's own error code, if it gave one.</param>
/// <param name="inner">The cause, if it was another exception.</param>
public sealed class RegistryDeniedException(
    string message, string recommendedAction, HttpStatusCode? status = null, string? code = null, Exception? inner = null)
    : RegistryException(message, recommendedAction, status, code, inner);

/// <summary>A response that the OCI distribution protocol does not allow, or a rejection that no other type names.</summary>
/// <param name="message">What failed, on what and why.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="status">The HTTP status; null if there was no response.</param>
/// <param name="code">The registry's own error code, if it gave one.</param>
/// <param name="inner">The cause, if it was another exception.</param>
public sealed class RegistryProtocolException(
    string message, string recommendedAction, HttpStatusCode? status = null, string? code = null, Exception? inner = null)
    : RegistryException(message, recommendedAction, status, code, inner);

/// <summary>The registry requires credentials, or rejected the ones it was given (401).</summary>
/// <param name="message">What failed, on what and why.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="status">The HTTP status; null if there was no response.</param>
/// <param name="code">The registry's own error code, if it gave one.</param>
/// <param name="inner">The cause, if it was another exception.</param>
public sealed class RegistryUnauthorizedException(
    string message, string recommendedAction, HttpStatusCode? status = null, string? code = null, Exception? inner = null)
    : RegistryException(message, recommendedAction, status, code, inner);

/// <summary>The registry responds but cannot serve the request now (5xx, 408), even after the retries.</summary>
/// <param name="message">What failed, on what and why.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="status">The HTTP status; null if there was no response.</param>
/// <param name="code">The registry's own error code, if it gave one.</param>
/// <param name="inner">The cause, if it was another exception.</param>
public sealed class RegistryUnavailableException(
    string message, string recommendedAction, HttpStatusCode? status = null, string? code = null, Exception? inner = null)
    : RegistryException(message, recommendedAction, status, code, inner);

/// <summary>No response: name resolution, connection, TLS or an idle time-out failed, even after the retries.</summary>
/// <param name="message">What failed, on what and why.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="status">The HTTP status; null if there was no response.</param>
/// <param name="code">The registry's own error code, if it gave one.</param>
/// <param name="inner">The cause, if it was another exception.</param>
public sealed class RegistryUnreachableException(
    string message, string recommendedAction, HttpStatusCode? status = null, string? code = null, Exception? inner = null)
    : RegistryException(message, recommendedAction, status, code, inner);

/// <summary>The registry asks for fewer requests (429), even after the retries.</summary>
/// <param name="message">What failed, on what and why.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="retryAfter">How long the registry asks to wait; null if it gave no time.</param>
/// <param name="code">The registry's own error code, if it gave one.</param>
public sealed class RegistryRateLimitedException(
    string message, string recommendedAction, TimeSpan? retryAfter = null, string? code = null)
    : RegistryException(message, recommendedAction, HttpStatusCode.TooManyRequests, code, null)
{
    /// <summary>How long the registry asks to wait; null if it gave no time.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
