using System.Security.Cryptography;
using ImagePusher.Core.Trust;

namespace ImagePusher.Core.Tests.Trust;

/// <summary>A key pair that signs payloads.</summary>
internal sealed class TestSigner : IDisposable
{
    private readonly AsymmetricAlgorithm _key;
    private readonly Func<byte[], byte[]> _sign;

    private TestSigner(AsymmetricAlgorithm key, Func<byte[], byte[]> sign) => (_key, _sign) = (key, sign);

    public string PublicPem => _key.ExportSubjectPublicKeyInfoPem();

    public AsymmetricAlgorithm PrivateKey => _key;

    public VerificationKey Key => VerificationKey.Read(_key.ExportSubjectPublicKeyInfo(), "The test key");

    public KeyTrust Trust => new([Key]);

    public static TestSigner Ecdsa(ECCurve? curve = null, HashAlgorithmName? hash = null)
    {
        var key = ECDsa.Create(curve ?? ECCurve.NamedCurves.nistP256);
        return new TestSigner(
            key, payload => key.SignData(payload, hash ?? HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
    }

    public static TestSigner Rsa(RSASignaturePadding padding, int bits = 2048)
    {
        var key = RSA.Create(bits);
        return new TestSigner(key, payload => key.SignData(payload, HashAlgorithmName.SHA256, padding));
    }

    public byte[] Sign(byte[] payload) => _sign(payload);

    public void Dispose() => _key.Dispose();
}
