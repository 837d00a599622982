using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Trust;

/// <summary>A public key that verifies signatures: ECDSA on P-256, P-384 or P-521, or RSA.</summary>
internal sealed class VerificationKey
{
    private const string Ecdsa = "1.2.840.10045.2.1";
    private const string Rsa = "1.2.840.113549.1.1.1";
    private const string Ed25519 = "1.3.101.112";

    private static readonly HashAlgorithmName[] Sha256 = [HashAlgorithmName.SHA256];
    private static readonly Dictionary<string, HashAlgorithmName[]> HashesOfCurve = new()
    {
        // cosign and skopeo always sign SHA-256; bundles of newer tools use the hash that fits the curve.
        ["1.2.840.10045.3.1.7"] = Sha256,
        ["1.3.132.0.34"] = [HashAlgorithmName.SHA256, HashAlgorithmName.SHA384],
        ["1.3.132.0.35"] = [HashAlgorithmName.SHA256, HashAlgorithmName.SHA512],
    };

    private readonly byte[] _info;
    private readonly bool _isRsa;
    private readonly HashAlgorithmName[] _hashes;

    private VerificationKey(byte[] info, bool isRsa, HashAlgorithmName[] hashes)
    {
        (_info, _isRsa, _hashes) = (info, isRsa, hashes);
        Id = Digest.Of(info).ToString();
    }

    /// <summary>The SHA-256 of the DER form of the public key (SubjectPublicKeyInfo), as <c>sha256:…</c>.</summary>
    public string Id { get; }

    /// <summary>Reads a SubjectPublicKeyInfo.</summary>
    /// <param name="info">Its DER bytes.</param>
    /// <param name="origin">The origin of the key, for messages.</param>
    /// <exception cref="UnsupportedContentException">The algorithm, curve or size is not supported.</exception>
    /// <exception cref="InvalidOptionException">The bytes are not a public key.</exception>
    public static VerificationKey Read(ReadOnlySpan<byte> info, string origin)
    {
        try
        {
            var key = PublicKey.CreateFromSubjectPublicKeyInfo(info, out var length);
            if (length != info.Length)
            {
                throw KeyText.Invalid(origin, "bytes follow the key");
            }

            var canonical = key.ExportSubjectPublicKeyInfo();
            return key.Oid.Value switch
            {
                Ecdsa => ReadEcdsa(canonical, origin),
                Rsa => ReadRsa(canonical, origin),
                Ed25519 => throw Unsupported(origin, "an Ed25519 key, which .NET does not implement"),
                var other => throw Unsupported(origin, $"a key of the algorithm {other}"),
            };
        }
        catch (CryptographicException error)
        {
            throw KeyText.Invalid(origin, "it is not a valid public key", error);
        }
        catch (PlatformNotSupportedException)
        {
            throw Unsupported(origin, "a key on a curve that this system does not have");
        }
    }

    /// <summary>True if the signature of the content was created with this key.</summary>
    public bool Verifies(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        try
        {
            return _isRsa ? VerifiesRsa(content, signature) : VerifiesEcdsa(content, signature);
        }
        catch (CryptographicException)
        {
            // A malformed signature is not a valid one.
            return false;
        }
    }

    private static VerificationKey ReadEcdsa(byte[] info, string origin)
    {
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(info, out _);
        var curve = key.ExportParameters(includePrivateParameters: false).Curve;
        return curve.IsNamed && curve.Oid.Value is { } oid && HashesOfCurve.TryGetValue(oid, out var hashes)
            ? new VerificationKey(info, isRsa: false, hashes)
            : throw Unsupported(origin, "an ECDSA key on a curve other than P-256, P-384 and P-521");
    }

    private static VerificationKey ReadRsa(byte[] info, string origin)
    {
        using var key = RSA.Create();
        key.ImportSubjectPublicKeyInfo(info, out _);
        return key.KeySize is >= TrustLimits.SmallestRsaKey and <= TrustLimits.LargestRsaKey
            ? new VerificationKey(info, isRsa: true, Sha256)
            : throw Unsupported(
                origin,
                $"an RSA key of {key.KeySize} bits; keys of {TrustLimits.SmallestRsaKey} to {TrustLimits.LargestRsaKey} bits are accepted");
    }

    private bool VerifiesEcdsa(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(_info, out _);
        foreach (var hash in _hashes)
        {
            if (key.VerifyData(content, signature, hash, DSASignatureFormat.Rfc3279DerSequence))
            {
                return true;
            }
        }

        return false;
    }

    private bool VerifiesRsa(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        using var key = RSA.Create();
        key.ImportSubjectPublicKeyInfo(_info, out _);
        return key.VerifyData(content, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            || key.VerifyData(content, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
    }

    private static UnsupportedContentException Unsupported(string origin, string what) =>
        new($"{origin} contains {what}.", "Use an ECDSA key on P-256, P-384 or P-521, or an RSA key.");
}
