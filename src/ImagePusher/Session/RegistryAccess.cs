using System.Management.Automation;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Registry;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Session;

/// <summary>The registry access of one call; unspecified values are those of the session.</summary>
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

    /// <summary>The maximum number of concurrent blob transfers of a copy to or from a registry.</summary>
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
