namespace ImagePusher.Output;

/// <summary>How this session talks to a registry.</summary>
public sealed class RegistryOption
{
    /// <summary>The registry, <c>host[:port]</c>; <c>*</c> for what holds where nothing else is said.</summary>
    public required string Registry { get; init; }

    /// <summary>True for plain http, false for https; null: https, and http for loopback.</summary>
    public bool? PlainHttp { get; init; }

    /// <summary>True if the server's certificate is not checked.</summary>
    public bool SkipCertificateCheck { get; init; }

    /// <summary>A file of certificates that are trusted beside the system's.</summary>
    public string? CertificateAuthority { get; init; }

    /// <summary>Registries that are asked first when reading.</summary>
    public string[] Mirror { get; init; } = [];

    /// <summary>What stands before every repository's path at this registry.</summary>
    public string? PathPrefix { get; init; }

    /// <summary>How blobs are sent: <c>Auto</c>, <c>Stream</c>, <c>Whole</c> or <c>Chunked</c>.</summary>
    public required string UploadForm { get; init; }

    /// <summary>The bytes of a chunk; a registry may ask for more.</summary>
    public long ChunkSize { get; init; }

    /// <summary>How many blobs are on their way at once.</summary>
    public long ThrottleLimit { get; init; }

    /// <summary>The seconds that a connection may take to come about.</summary>
    public double ConnectTimeoutSec { get; init; }

    /// <summary>The seconds without a byte after which a connection is given up.</summary>
    public double IdleTimeoutSec { get; init; }

    /// <summary>How often a failed request is repeated.</summary>
    public long MaximumRetryCount { get; init; }

    /// <summary>The seconds before the first repetition.</summary>
    public double RetryIntervalSec { get; init; }

    /// <summary>The registry.</summary>
    public override string ToString() => Registry;
}
