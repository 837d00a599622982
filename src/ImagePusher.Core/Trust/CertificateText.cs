using System.Security.Cryptography.X509Certificates;

namespace ImagePusher.Core.Trust;

/// <summary>Reads the certificates that a signature carries as PEM text.</summary>
internal static class CertificateText
{
    private const string Label = "CERTIFICATE";

    /// <summary>The signer's certificate and the certificates of its chain, in DER form.</summary>
    /// <param name="leaf">PEM text with one certificate.</param>
    /// <param name="chain">PEM text with certificates; null for none.</param>
    /// <exception cref="FormatException">The text is anything else, or there are too many certificates.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Read(string leaf, string? chain)
    {
        var signer = Blocks(leaf).Take(2).ToList();
        return signer.Count == 1
            ? Checked([.. signer, .. Blocks(chain ?? "").Take(TrustLimits.Certificates)])
            : throw new FormatException("the certificate is not one PEM certificate");
    }

    /// <summary>The list itself if it is short enough.</summary>
    /// <exception cref="FormatException">There are too many certificates.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Checked(IReadOnlyList<ReadOnlyMemory<byte>> certificates) =>
        certificates.Count <= TrustLimits.Certificates
            ? certificates
            : throw new FormatException($"it has more than {TrustLimits.Certificates} certificates");

    /// <summary>The certificates of trusted PEM text, at least one.</summary>
    /// <param name="pem">The text.</param>
    /// <param name="origin">Its origin, for messages.</param>
    /// <exception cref="InvalidOptionException">The text holds no certificate, or something else.</exception>
    public static IReadOnlyList<X509Certificate2> ReadTrusted(string pem, string origin)
    {
        try
        {
            var found = Blocks(pem).Select(content => X509CertificateLoader.LoadCertificate(content.Span)).ToList();
            return found.Count > 0 ? found : throw Invalid(origin, "it contains no PEM block");
        }
        catch (Exception error) when (error is FormatException or System.Security.Cryptography.CryptographicException)
        {
            throw Invalid(origin, error is FormatException ? error.Message : "a certificate is malformed", error);
        }
    }

    private static InvalidOptionException Invalid(string origin, string why, Exception? inner = null) =>
        new($"{origin} is not usable: {why}.", "Use certificates in PEM form (-----BEGIN CERTIFICATE-----).", inner);

    private static IEnumerable<ReadOnlyMemory<byte>> Blocks(string pem)
    {
        foreach (var (label, content) in KeyText.Blocks(pem))
        {
            yield return label == Label ? content : throw new FormatException($"it has a PEM block that is not a {Label}");
        }
    }
}
