namespace ImagePusher.Core.Trust;

/// <summary>The limits on the size and cost of signatures, keys and policies. docs/security.md lists them.</summary>
internal static class TrustLimits
{
    /// <summary>The maximum number of signatures of one image that are examined: 1,000. An image with more is rejected, not examined in
    /// part.</summary>
    public const int Signatures = 1000;

    /// <summary>The maximum number of bytes of one simple signing payload: 128 KiB; real ones have about 250 bytes.</summary>
    public const int Payload = 128 * 1024;

    /// <summary>The maximum number of bytes of one sigstore bundle: 1 MiB; real ones have about 10 KiB.</summary>
    public const int Bundle = 1024 * 1024;

    /// <summary>The maximum number of bytes of all signatures of one image together, and of the manifests that hold them: 16 MiB.</summary>
    public const long SignatureBytes = 16L * 1024 * 1024;

    /// <summary>The maximum number of bytes of a signature policy: 1 MiB.</summary>
    public const int Policy = 1024 * 1024;

    /// <summary>The maximum number of bytes of a file of keys or certificates: 1 MiB.</summary>
    public const int KeyFile = 1024 * 1024;

    /// <summary>The maximum number of certificates of one chain: 16.</summary>
    public const int Certificates = 16;

    /// <summary>The smallest RSA key that is accepted, in bits: 2,048.</summary>
    public const int SmallestRsaKey = 2048;

    /// <summary>The largest RSA key that is accepted, in bits: 8,192.</summary>
    public const int LargestRsaKey = 8192;

    /// <summary>The maximum number of iterations that decrypting a private key in PKCS#8 form may take: 5,000,000.</summary>
    public const int KeyDerivationIterations = 5_000_000;

    /// <summary>The maximum amount of memory that decrypting a private key of cosign may fill, in bytes, over all passes: 256
    /// MiB.</summary>
    public const long KeyDerivationMemory = 256L * 1024 * 1024;
}
