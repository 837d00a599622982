using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;

namespace ImagePusher.Core.Trust;

/// <summary>Reads the algorithms of a PKCS#8 private key.</summary>
internal static class Pkcs8Algorithm
{
    private const string EllipticCurve = "1.2.840.10045.2.1";
    private const string PasswordScheme2 = "1.2.840.113549.1.5.13";

    /// <summary>True for an ECDSA key, false for any other (RFC 5208, section 5).</summary>
    /// <exception cref="CryptographicException">The content is malformed.</exception>
    public static bool IsEllipticCurve(byte[] content)
    {
        try
        {
            var key = new AsnReader(content, AsnEncodingRules.BER).ReadSequence();
            key.ReadInteger();
            return key.ReadSequence().ReadObjectIdentifier() == EllipticCurve;
        }
        catch (AsnContentException error)
        {
            throw new CryptographicException("The key is malformed.", error);
        }
    }

    /// <summary>The number of iterations to hash the password of an encrypted key (RFC 8018, appendix A), which the file can set to any
    /// value.</summary>
    /// <exception cref="CryptographicException">The content is malformed.</exception>
    public static BigInteger IterationsOf(byte[] encrypted)
    {
        try
        {
            var algorithm = new AsnReader(encrypted, AsnEncodingRules.BER).ReadSequence().ReadSequence();
            var scheme = algorithm.ReadObjectIdentifier();
            var parameters = algorithm.ReadSequence();
            if (scheme == PasswordScheme2)
            {
                var derivation = parameters.ReadSequence();
                derivation.ReadObjectIdentifier();
                parameters = derivation.ReadSequence();
            }

            // The salt comes first.
            parameters.ReadEncodedValue();
            return parameters.ReadInteger();
        }
        catch (AsnContentException error)
        {
            throw new CryptographicException("The key is malformed.", error);
        }
    }
}
