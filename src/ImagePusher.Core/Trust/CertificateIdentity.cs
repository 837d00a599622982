using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace ImagePusher.Core.Trust;

/// <summary>The kind of an identity. Identities of different kinds are different, even if their text is the same.</summary>
internal enum IdentityKind
{
    /// <summary>A mail address.</summary>
    Mail = 1,

    /// <summary>A host name.</summary>
    Host = 2,

    /// <summary>A URI.</summary>
    Uri = 6,
}

/// <summary>An identity of a signer, as the subject alternative name of a certificate states it.</summary>
/// <remarks>RFC 5280, section 4.2.1.6. The subject's common name is not an identity.</remarks>
/// <param name="Kind">The kind, by the tag of the name.</param>
/// <param name="Text">The identity.</param>
internal readonly record struct CertificateIdentity(IdentityKind Kind, string Text)
{
    private const string SubjectAlternativeName = "2.5.29.17";

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>
    /// True if a wildcard pattern can be for names of this kind: one with <c>://</c> is for URIs, another one with '@' for mail addresses.
    /// The owner of a name of one kind chooses its text, and a path with '@' must not pass for a mail address.
    /// </summary>
    public bool MayMatch(string pattern) =>
        pattern.Contains("://", StringComparison.Ordinal) ? Kind == IdentityKind.Uri
        : !pattern.Contains('@', StringComparison.Ordinal) || Kind == IdentityKind.Mail;

    /// <summary>The identities in the order of the certificate.</summary>
    public static IReadOnlyList<CertificateIdentity> Of(X509Certificate2 certificate)
    {
        var found = new List<CertificateIdentity>();
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
                if (tag.TagClass == TagClass.ContextSpecific && Enum.IsDefined((IdentityKind)tag.TagValue))
                {
                    found.Add(new CertificateIdentity(
                        (IdentityKind)tag.TagValue, names.ReadCharacterString(UniversalTagNumber.IA5String, tag)));
                }
                else
                {
                    names.ReadEncodedValue();
                }
            }
        }
        catch (AsnContentException)
        {
            // A malformed name contains no identity.
            found.Clear();
        }

        return found;
    }
}
