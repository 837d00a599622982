using ImagePusher.Core.Abstractions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImagePusher.Core.Registry;

/// <summary>The options of one operation's requests; null means the value of the registry's <see cref="RegistrySettings"/>.</summary>
internal sealed record RequestOptions
{
    /// <summary>No options.</summary>
    public static RequestOptions Default { get; } = new();

    /// <summary>The credential; null: the session's, else the configured one, else anonymous access.</summary>
    public RegistryCredential? Credential { get; init; }

    /// <summary>True for http, false for https.</summary>
    public bool? PlainHttp { get; init; }

    /// <summary>Maximum number of concurrent blob transfers.</summary>
    public int? ThrottleLimit { get; init; }

    /// <summary>The maximum number of retries of a failed request.</summary>
    public int? MaximumRetryCount { get; init; }

    /// <summary>The delay before the first retry.</summary>
    public TimeSpan? RetryInterval { get; init; }

    /// <summary>The log of the operation. The default is the client's <see cref="RegistryClientOptions.Logger"/>.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;
}
