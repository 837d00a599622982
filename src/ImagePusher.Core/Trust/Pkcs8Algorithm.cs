using System.Formats.Asn1;
using System.Security.Cryptography;

namespace ImagePusher.Core.Trust;

/// <summary>Reads the algorithm of a PKCS#8 private key.</summary>
internal static class Pkcs8Algorithm
{
    private const string EllipticCurve = "1.2.840.10045.2.1";

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
}
