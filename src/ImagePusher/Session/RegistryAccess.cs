using System.Management.Automation;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Registry;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Session;

/// <summary>What one call says about how to reach registries; what it does not say comes from the session's options.</summary>
internal sealed record RegistryAccess
{
    public PSCredential? Credential { get; init; }

    public bool? PlainHttp { get; init; }

    public int? ThrottleLimit { get; init; }

    public int? MaximumRetryCount { get; init; }

    public int? RetryIntervalSec { get; init; }

    public required ILogger Log { get; init; }

    /// <summary>The repository of a name.</summary>
    public RegistryRepository Repository(ImageReference name) =>
        PusherSession.Current.Client.GetRepository(name.Registry, name.Repository, Request);

    /// <summary>How many blobs of a copy may be on their way to or from a registry at once.</summary>
    public int ThrottleFor(string registry) =>
        ThrottleLimit ?? PusherSession.Current.Client.GetSettings(registry).ThrottleLimit;

    public RequestOptions Request => new()
    {
        Credential = Credential is null ? null : Credentials.Of(Credential),
        PlainHttp = PlainHttp,
        ThrottleLimit = ThrottleLimit,
        MaximumRetryCount = MaximumRetryCount,
        RetryInterval = RetryIntervalSec is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        Log = Log,
    };
}
