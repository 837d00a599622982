using ImagePusher.Core.Registry;

namespace ImagePusher.Output;

/// <summary>Makes the objects of options.</summary>
internal static class RegistryOptionObjects
{
    public static RegistryOption Of(string registry, RegistrySettings options) => new()
    {
        Registry = registry,
        PlainHttp = options.PlainHttp,
        SkipCertificateCheck = options.SkipCertificateCheck,
        CertificateAuthority = options.CertificateAuthority,
        Mirror = [.. options.Mirrors],
        PathPrefix = options.PathPrefix,
        UploadForm = options.UploadForm.ToString(),
        ChunkSize = options.ChunkSize,
        ThrottleLimit = options.ThrottleLimit,
        ConnectTimeoutSec = options.ConnectTimeout.TotalSeconds,
        IdleTimeoutSec = options.IdleTimeout.TotalSeconds,
        MaximumRetryCount = options.MaximumRetryCount,
        RetryIntervalSec = options.RetryInterval.TotalSeconds,
    };
}
