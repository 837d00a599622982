using ImagePusher.Core.Registry;
using ImagePusher.Session;

namespace ImagePusher.Output;

/// <summary>The options with which this session accesses a registry.</summary>
public sealed class RegistryOption
{
    /// <summary>The registry, <c>host[:port]</c>; <c>*</c> for the default options.</summary>
    public required string Registry { get; init; }

    /// <summary>True for HTTP without TLS, false for HTTPS; null for HTTPS, and HTTP for loopback.</summary>
    public bool? PlainHttp { get; init; }

    /// <summary>True if the certificate of the server is not verified.</summary>
    public bool SkipCertificateCheck { get; init; }

    /// <summary>A file of certificates to trust in addition to those of the system.</summary>
    public string? CertificateAuthority { get; init; }

    /// <summary>Registries to read from first.</summary>
    public required TextList<string> Mirror { get; init; }

    /// <summary>Hosts in private networks that the registry may name in redirects, uploads and token services.</summary>
    public required TextList<string> AllowedHost { get; init; }

    /// <summary>The prefix for the path of every repository of this registry.</summary>
    public string? PathPrefix { get; init; }

    /// <summary>True if <c>library/</c> is kept in the names of Docker Hub's official images that are pushed to this registry.</summary>
    public bool KeepLibrary { get; init; }

    /// <summary>The signature policy that images from and to this registry must satisfy; null for none.</summary>
    public string? SignaturePolicy { get; init; }

    /// <summary>The form of uploads: <c>Auto</c>, <c>Stream</c>, <c>Monolithic</c> or <c>Chunked</c>.</summary>
    public required string UploadForm { get; init; }

    /// <summary>The size of a chunk in bytes; a registry may require larger chunks.</summary>
    public long ChunkSize { get; init; }

    /// <summary>The maximum number of concurrent transfers.</summary>
    public long ThrottleLimit { get; init; }

    /// <summary>The time-out for making a connection, in seconds.</summary>
    public double ConnectTimeoutSec { get; init; }

    /// <summary>The time-out for a connection that transfers nothing, in seconds.</summary>
    public double IdleTimeoutSec { get; init; }

    /// <summary>The maximum number of retries of a failed request.</summary>
    public long MaximumRetryCount { get; init; }

    /// <summary>The time before the first retry, in seconds.</summary>
    public double RetryIntervalSec { get; init; }

    /// <summary>The registry.</summary>
    public override string ToString() => Registry;

    internal static RegistryOption Of(string registry, RegistrySettings settings) => new()
    {
        Registry = registry,
        PlainHttp = settings.PlainHttp,
        SkipCertificateCheck = settings.SkipCertificateCheck,
        CertificateAuthority = settings.CertificateAuthority,
        Mirror = OutputText.List(settings.Mirrors),
        AllowedHost = OutputText.List(settings.AllowedHosts),
        PathPrefix = settings.PathPrefix,
        KeepLibrary = settings.KeepLibrary,
        SignaturePolicy = PusherSession.Current.SignaturePolicies.Find(registry),
        UploadForm = settings.UploadForm.ToString(),
        ChunkSize = settings.ChunkSize,
        ThrottleLimit = settings.ThrottleLimit,
        ConnectTimeoutSec = settings.ConnectTimeout.TotalSeconds,
        IdleTimeoutSec = settings.IdleTimeout.TotalSeconds,
        MaximumRetryCount = settings.MaximumRetryCount,
        RetryIntervalSec = settings.RetryInterval.TotalSeconds,
    };
}
