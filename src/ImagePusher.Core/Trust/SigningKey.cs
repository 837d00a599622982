using System.Security.Cryptography;

namespace ImagePusher.Core.Trust;

/// <summary>A private key that signs images: ECDSA or RSA, always with SHA-256, as cosign and skopeo do.</summary>
internal sealed class SigningKey : IDisposable
{
    private static readonly string[] CosignLabels = ["ENCRYPTED SIGSTORE PRIVATE KEY", "ENCRYPTED COSIGN PRIVATE KEY"];

    private readonly AsymmetricAlgorithm _key;

    private SigningKey(AsymmetricAlgorithm key, VerificationKey publicKey) => (_key, PublicKey) = (key, publicKey);

    /// <summary>The public key that belongs to it.</summary>
    public VerificationKey PublicKey { get; }

    /// <summary>Reads PEM text: PKCS#8, encrypted PKCS#8, the older forms of EC and RSA keys, or cosign's encrypted form.</summary>
    /// <param name="pem">The text.</param>
    /// <param name="password">The password of an encrypted key; empty for none.</param>
    /// <param name="origin">The origin of the text, for messages.</param>
    /// <exception cref="InvalidOptionException">The text holds no private key, or the password is missing or wrong.</exception>
    /// <exception cref="UnsupportedContentException">The algorithm is not supported.</exception>
    public static SigningKey Read(string pem, ReadOnlySpan<char> password, string origin)
    {
        if (KeyText.Blocks(pem).Where(block => block.Label.Contains("PRIVATE KEY", StringComparison.Ordinal)).ToList() is not [var block])
        {
            throw Invalid(origin, "it does not contain exactly one private key");
        }

        try
        {
            return block.Label switch
            {
                "PRIVATE KEY" => FromPkcs8(block.Content, origin),
                "EC PRIVATE KEY" => From(ECDsa.Create(), key => ((ECDsa)key).ImportECPrivateKey(block.Content, out _), origin),
                "RSA PRIVATE KEY" => From(RSA.Create(), key => ((RSA)key).ImportRSAPrivateKey(block.Content, out _), origin),
                "ENCRYPTED PRIVATE KEY" => FromEncryptedPkcs8(block.Content, Required(password, origin), origin),
                _ when CosignLabels.Contains(block.Label) =>
                    FromPkcs8(CosignKeyFile.Decrypt(block.Content, Required(password, origin), origin), origin),
                _ => throw Invalid(origin, "it is not of a supported form"),
            };
        }
        catch (PlatformNotSupportedException error)
        {
            throw Invalid(origin, "it is on a curve that this system does not have", error);
        }
        catch (CryptographicException error)
        {
            throw Invalid(
                origin, password.IsEmpty ? "it is not a valid private key" : "the password is wrong, or the key is damaged", error);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(block.Content);
        }
    }

    /// <summary>Signs bytes.</summary>
    public byte[] Sign(byte[] content) => _key is RSA rsa
        ? rsa.SignData(content, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
        : ((ECDsa)_key).SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    /// <summary>An error about a private key. It never repeats the key or the password.</summary>
    internal static InvalidOptionException Invalid(string origin, string why, Exception? inner = null) =>
        new($"{origin} is not usable: {why}.", "Use a private key in PEM form, and its password if it is encrypted.", inner);

    private static ReadOnlySpan<char> Required(ReadOnlySpan<char> password, string origin) =>
        password.IsEmpty ? throw Invalid(origin, "it is encrypted, and no password was given") : password;

    private static SigningKey FromPkcs8(byte[] content, string origin)
    {
        try
        {
            var ecdsa = Pkcs8Algorithm.IsEllipticCurve(content);
            return From(ecdsa ? ECDsa.Create() : RSA.Create(), key => key.ImportPkcs8PrivateKey(content, out _), origin);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    // Only the decrypted content states the algorithm.
    private static SigningKey FromEncryptedPkcs8(byte[] content, ReadOnlySpan<char> password, string origin)
    {
        if (Pkcs8Algorithm.IterationsOf(content) is var iterations && iterations > TrustLimits.KeyDerivationIterations)
        {
            throw new LimitExceededException(
                $"{origin} is encrypted so that its password is hashed {iterations} times; "
                + $"at most {TrustLimits.KeyDerivationIterations:N0} are accepted.",
                "Encrypt the key again with the usual parameters.");
        }

        var secret = password.ToString();
        try
        {
            return From(ECDsa.Create(), key => key.ImportEncryptedPkcs8PrivateKey(secret, content, out _), origin);
        }
        catch (CryptographicException)
        {
            return From(RSA.Create(), key => key.ImportEncryptedPkcs8PrivateKey(secret, content, out _), origin);
        }
    }

    private static SigningKey From(AsymmetricAlgorithm key, Action<AsymmetricAlgorithm> import, string origin)
    {
        try
        {
            import(key);
            return new SigningKey(key, VerificationKey.Read(key.ExportSubjectPublicKeyInfo(), origin));
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }
}
