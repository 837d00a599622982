using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImagePusher.Core.Registry;

/// <summary>What one piece of work asks of its requests; null means as the registry's <see cref="RegistrySettings"/> say.</summary>
public sealed record RequestOptions
{
    /// <summary>Nothing special.</summary>
    public static RequestOptions Default { get; } = new();

    /// <summary>Who asks; null: what the session, docker's and podman's files know, else nobody.</summary>
    public RegistryCredential? Credential { get; init; }

    /// <summary>True for http, false for https.</summary>
    public bool? PlainHttp { get; init; }

    /// <summary>The most blobs to send at once.</summary>
    public int? ThrottleLimit { get; init; }

    /// <summary>How often a failed request is tried again.</summary>
    public int? MaximumRetryCount { get; init; }

    /// <summary>The wait before the first new try.</summary>
    public TimeSpan? RetryInterval { get; init; }

    /// <summary>Takes what the work has to say.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;
}
