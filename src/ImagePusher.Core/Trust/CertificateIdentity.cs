using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace ImagePusher.Core.Trust;

/// <summary>The identities of a signer: mail addresses, URIs and host names of a certificate's subject alternative name.</summary>
/// <remarks>RFC 5280, section 4.2.1.6. The subject's common name is not an identity.</remarks>
internal static class CertificateIdentity
{
    private const string SubjectAlternativeName = "2.5.29.17";
    private const int Mail = 1;
    private const int Host = 2;
    private const int Uri = 6;

    /// <summary>The identities in the order of the certificate.</summary>
    public static IReadOnlyList<string> Of(X509Certificate2 certificate) => [.. Read(certificate).Select(entry => entry.Text)];

    /// <summary>The mail addresses.</summary>
    public static IEnumerable<string> MailsOf(X509Certificate2 certificate) =>
        Read(certificate).Where(entry => entry.Kind == Mail).Select(entry => entry.Text);

    private static List<(int Kind, string Text)> Read(X509Certificate2 certificate)
    {
        var found = new List<(int, string)>();
        if (certificate.Extensions.FirstOrDefault(extension => extension.Oid?.Value == SubjectAlternativeName) is not { } extension)
        {
            return found;
        }

        try
        {
            var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                var tag = names.PeekTag();
                if (tag.TagClass == TagClass.ContextSpecific && tag.TagValue is Mail or Host or Uri)
                {
                    found.Add((tag.TagValue, names.ReadCharacterString(UniversalTagNumber.IA5String, tag)));
                }
                else
                {
                    names.ReadEncodedValue();
                }
            }
        }
        catch (AsnContentException)
        {
            // A malformed name states no identity at all.
            found.Clear();
        }

        return found;
    }
}
