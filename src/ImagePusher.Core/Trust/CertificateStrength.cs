using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImagePusher.Core.Trust;

/// <summary>
/// Rejects chains with a link that can be forged: a short key anywhere, or a signature with a broken hash. The system's own verification
/// accepts both where a private authority is trusted.
/// </summary>
internal static class CertificateStrength
{
    private const int SmallestCurve = 256;

    // MD2, MD4, MD5 and SHA-1 with RSA; DSA and ECDSA with SHA-1.
    private static readonly string[] BrokenHashes =
    [
        "1.2.840.113549.1.1.2", "1.2.840.113549.1.1.3", "1.2.840.113549.1.1.4", "1.2.840.113549.1.1.5", "1.3.14.3.2.29",
        "1.2.840.10040.4.3", "1.2.840.10045.4.1",
    ];

    private static readonly string[] EdwardsCurves = ["1.3.101.112", "1.3.101.113"];

    /// <summary>The description of the weakness of a chain; otherwise null.</summary>
    /// <param name="chain">The certificates from the signer's to the root.</param>
    /// <exception cref="CryptographicException">A key is malformed.</exception>
    public static string? ObjectionTo(IReadOnlyList<X509Certificate2> chain)
    {
        foreach (var certificate in chain)
        {
            if (!IsLongEnough(certificate))
            {
                return $"the key of the certificate {certificate.Thumbprint} in its chain is too short";
            }
        }

        // A root is trusted by its bytes and not by its own signature.
        return chain.SkipLast(1).FirstOrDefault(certificate => BrokenHashes.Contains(certificate.SignatureAlgorithm.Value)) is { } broken
            ? $"the certificate {broken.Thumbprint} in its chain was signed with a hash that is no longer secure" : null;
    }

    private static bool IsLongEnough(X509Certificate2 certificate)
    {
        using var rsa = certificate.GetRSAPublicKey();
        using var curve = certificate.GetECDsaPublicKey();
        return rsa is not null ? rsa.KeySize >= TrustLimits.SmallestRsaKey
            : curve is not null ? curve.KeySize >= SmallestCurve
            : EdwardsCurves.Contains(certificate.PublicKey.Oid.Value);
    }
}
