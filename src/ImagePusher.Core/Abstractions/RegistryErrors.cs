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

    /// <summary>The registry's own error code, such as MANIFEST_UNKNOWN (distribution-spec, Error Codes); otherwise null.</summary>
    public string? ErrorCode { get; }
}

/// <summary>The registry or its token server does not allow the authenticated caller to send the request (403).</summary>
/// <param name="message">The message: the failure, its object and its cause.</param>
/// <param name="recommendedAction">The recommended action.</param>
/// <param name="status">The HTTP status; null if there was no response.</param>
/// <param name="code">The error code of the registry; null for none.</param>
/// <param name="inner">The exception that caused this one; null for none.</param>
public sealed class RegistryDeniedException(
    string message, string recommendedAction, HttpStatusCode? status = null, string? code = null, Exception? inner = null)
    : RegistryException(message, recommendedAction, status, code, inner);

/// <summary>A response that the OCI distribution protocol does not allow, or a rejection without a more specific type.</summary>
/// <param name="message">The message: the failure, its object and its cause.</param>
/// <param name="recommendedAction">The recommended action.</param>
/// <param name="status">The HTTP status; null if there was no response.</param>
/// <param name="code">The error code of the registry; null for none.</param>
/// <param name="inner">The exception that caused this one; null for none.</param>
public sealed class RegistryProtocolException(
    string message, string recommendedAction, HttpStatusCode? status = null, string? code = null, Exception? inner = null)
    : RegistryException(message, recommendedAction, status, code, inner);

/// <summary>
/// The registry requires credentials, or rejected the specified ones (401); or its token server did not issue a token, with any status that
/// is not 403, 429 or transient (<see cref="RegistryUnavailableException"/>).
/// </summary>
/// <param name="message">The message: the failure, its object and its cause.</param>
/// <param name="recommendedAction">The recommended action.</param>
/// <param name="status">The HTTP status; null if there was no response.</param>
/// <param name="code">The error code of the registry; null for none.</param>
/// <param name="inner">The exception that caused this one; null for none.</param>
public sealed class RegistryUnauthorizedException(
    string message, string recommendedAction, HttpStatusCode? status = null, string? code = null, Exception? inner = null)
    : RegistryException(message, recommendedAction, status, code, inner);

/// <summary>
/// The registry responds but cannot serve the request now, even after the retries (408, 425, 499, 500, 502 to 504, 520 to 524). Other
/// unexpected statuses, such as 501, are a <see cref="RegistryProtocolException"/>.
/// </summary>
/// <param name="message">The message: the failure, its object and its cause.</param>
/// <param name="recommendedAction">The recommended action.</param>
/// <param name="status">The HTTP status; null if there was no response.</param>
/// <param name="code">The error code of the registry; null for none.</param>
/// <param name="inner">The exception that caused this one; null for none.</param>
public sealed class RegistryUnavailableException(
    string message, string recommendedAction, HttpStatusCode? status = null, string? code = null, Exception? inner = null)
    : RegistryException(message, recommendedAction, status, code, inner);

/// <summary>No response: name resolution, connection, TLS or an idle time-out failed, even after the retries.</summary>
/// <param name="message">The message: the failure, its object and its cause.</param>
/// <param name="recommendedAction">The recommended action.</param>
/// <param name="status">The HTTP status; null if there was no response.</param>
/// <param name="code">The error code of the registry; null for none.</param>
/// <param name="inner">The exception that caused this one; null for none.</param>
public sealed class RegistryUnreachableException(
    string message, string recommendedAction, HttpStatusCode? status = null, string? code = null, Exception? inner = null)
    : RegistryException(message, recommendedAction, status, code, inner);

/// <summary>The registry limits the rate of requests (429), even after the retries.</summary>
/// <param name="message">The message: the failure, its object and its cause.</param>
/// <param name="recommendedAction">The recommended action.</param>
/// <param name="retryAfter">The time that the registry requests to wait; null if it did not report one.</param>
/// <param name="code">The error code of the registry; null for none.</param>
public sealed class RegistryRateLimitedException(
    string message, string recommendedAction, TimeSpan? retryAfter = null, string? code = null)
    : RegistryException(message, recommendedAction, HttpStatusCode.TooManyRequests, code, null)
{
    /// <summary>The time that the registry requests to wait; null if it did not report one.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
