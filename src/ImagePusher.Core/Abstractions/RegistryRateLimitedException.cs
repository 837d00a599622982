using System.Net;

namespace ImagePusher.Core;

/// <summary>The registry asks for fewer requests (429), also after the retries.</summary>
/// <param name="message">What failed, and on what.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="retryAfter">How long the registry asked to wait; null if it did not say.</param>
/// <param name="code">The registry's own error code, if it gave one.</param>
public sealed class RegistryRateLimitedException(string message, string recommendedAction, TimeSpan? retryAfter = null, string? code = null)
    : RegistryException(message, recommendedAction, HttpStatusCode.TooManyRequests, code, null)
{
    /// <summary>How long the registry asked to wait; null if it did not say.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
