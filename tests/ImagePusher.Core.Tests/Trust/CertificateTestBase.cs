using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Trust;

namespace ImagePusher.Core.Tests.Trust;

/// <summary>What tests of certificates share: an authority, certificates that it issues, and signatures with them.</summary>
public abstract class CertificateTestBase : TrustTest
{
    private protected static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private protected static CertificateTrust Trusting(X509Certificate2 root, string identity) =>
        new([root], identities => identities.Any(known => known.Text == identity), identity, TimeProvider.System);

    private protected static X509Certificate2 Authority(bool rsa)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN=root {Guid.NewGuid():N}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: rsa, false, 0, critical: true));
        return request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(2));
    }

    private protected static X509Extension Names(string kind, string text)
    {
        // The tags of GeneralName (RFC 5280, section 4.2.1.6).
        byte tag = kind switch { "mail" => 0x81, "host" => 0x82, _ => 0x86 };
        return new X509Extension(
            "2.5.29.17", [0x30, (byte)(text.Length + 2), tag, (byte)text.Length, .. System.Text.Encoding.ASCII.GetBytes(text)],
            critical: false);
    }

    private protected static X509Certificate2 Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=root {Guid.NewGuid():N}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        return request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(2));
    }

    private protected static X509Certificate2 Leaf(
        X509Certificate2 issuer, string? mail, string purpose = "1.3.6.1.5.5.7.3.3", DateTimeOffset? until = null,
        X509KeyUsageFlags usage = X509KeyUsageFlags.DigitalSignature, string subject = "CN=leaf", X509Extension? names = null) =>
        Issue(issuer, subject, request =>
        {
            if (names is not null)
            {
                request.CertificateExtensions.Add(names);
            }

            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false));
            request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, critical: true));
            if (mail is not null)
            {
                request.CertificateExtensions.Add(Names("mail", mail));
            }
        }, until);

    private protected static X509Certificate2 Issue(
        X509Certificate2 issuer, string subject, Action<CertificateRequest> add, DateTimeOffset? until = null)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        add(request);
        using var rsa = issuer.GetRSAPrivateKey();
        using var curve = issuer.GetECDsaPrivateKey();

        // The generator does not check whether the issuer is an authority.
        using var issued = request.Create(
            issuer.SubjectName, rsa is null ? X509SignatureGenerator.CreateForECDsa(curve!) : new WeakHash(rsa, "SHA-256"),
            Now.AddHours(-2), until ?? Now.AddHours(2), Guid.NewGuid().ToByteArray());
        return issued.CopyWithPrivateKey(key);
    }

    private protected void SignWithCertificate(Manifest image, X509Certificate2 leaf, string? chain = null)
    {
        var payload = Payload(image.Digest.ToString(), App.ToString());
        var signature = leaf.GetECDsaPrivateKey()!.SignData(payload, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        TagCertified(image, payload, signature, leaf.ExportCertificatePem(), chain);
    }

    private protected void TagCertified(Manifest image, byte[] payload, byte[] signature, string leaf, string? chain)
    {
        var annotations = new Dictionary<string, string>
        {
            [SignatureReader.SignatureKey] = Convert.ToBase64String(signature),
            ["dev.sigstore.cosign/certificate"] = leaf,
        };
        if (chain is not null)
        {
            annotations["dev.sigstore.cosign/chain"] = chain;
        }

        TagLayers(image, Source.Add(payload, SignatureReader.SimpleSigningType) with { Annotations = annotations });
    }

    /// <summary>Signs certificates with hashes that are no longer secure.</summary>
    private protected sealed class WeakHash(RSA key, string hash) : X509SignatureGenerator
    {
        private readonly HashAlgorithmName _name =
            hash == "SHA-1" ? HashAlgorithmName.SHA1 : hash == "MD5" ? HashAlgorithmName.MD5 : HashAlgorithmName.SHA256;

        // The last byte of the identifiers of PKCS#1 signatures: md5WithRSA, sha1WithRSA, sha256WithRSA.
        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) =>
            [0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, (byte)(hash == "SHA-1" ? 5 : hash == "MD5" ? 4 : 11), 5, 0];

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) =>
            key.SignData(data, _name, RSASignaturePadding.Pkcs1);

        protected override PublicKey BuildPublicKey() => CreateForRSA(key, RSASignaturePadding.Pkcs1).PublicKey;
    }
}
