using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ImagePusher.Core.Messages;

namespace ImagePusher.Core.Trust;

/// <summary>Trusts the signers whose certificates chain to specified roots and contain an accepted identity.</summary>
/// <param name="trusted">The roots, and intermediate certificates that signatures need not carry.</param>
/// <param name="accepts">Decides about the identities of a certificate; null to accept any.</param>
/// <param name="wanted">The accepted identity in words, for messages; null for any.</param>
/// <param name="clock">The time at which certificates must be valid.</param>
/// <remarks>
/// Nothing is downloaded and revocation lists are not checked, so that verification works behind an air gap. A certificate that has
/// expired, as one of Fulcio does after ten minutes, needs the transparency log as proof of the time, which cosign verifies.
/// </remarks>
internal sealed class CertificateTrust(
    IReadOnlyList<X509Certificate2> trusted, Func<IReadOnlyList<CertificateIdentity>, bool>? accepts, string? wanted, TimeProvider clock)
    : SignatureTrust
{
    private const string CodeSigning = "1.3.6.1.5.5.7.3.3";

    public override Signer? Verify(ImageSignature signature, out string? reason)
    {
        var certificates = new List<X509Certificate2>();
        try
        {
            foreach (var content in signature.Certificates)
            {
                certificates.Add(X509CertificateLoader.LoadCertificate(content.Span));
            }

            reason = certificates is [] ? "it carries no certificate" : null;
            return reason is null ? Verify(signature, certificates, out reason) : null;
        }
        catch (Exception error) when (error is CryptographicException or PlatformNotSupportedException)
        {
            reason = "a certificate is malformed, or has a key that this system does not support";
            return null;
        }
        catch (ImagePusherException error)
        {
            reason = error.Message.TrimEnd('.');
            return null;
        }
        finally
        {
            certificates.ForEach(certificate => certificate.Dispose());
        }
    }

    private Signer? Verify(ImageSignature signature, List<X509Certificate2> certificates, out string? reason)
    {
        var leaf = certificates[0];
        var key = VerificationKey.Read(leaf.PublicKey.ExportSubjectPublicKeyInfo(), "The certificate");
        var identities = CertificateIdentity.Of(leaf);
        reason = !key.Verifies(signature.Signed.Span, signature.Signature.Span)
                ? "it was not made by the key of its certificate, or what it signed was changed"
            : ObjectionToChain(leaf, certificates) is { } objection ? objection
            : accepts is not null && !accepts(identities)
                ? $"its certificate is for {Describe(identities)}, not for {wanted}"
            : null;
        return reason is null ? new Signer(key.Id, identities.Count > 0 ? identities[0].Text : null) : null;
    }

    private string? ObjectionToChain(X509Certificate2 leaf, List<X509Certificate2> certificates)
    {
        if (leaf.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault() is { } usage
            && !usage.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature))
        {
            return "its certificate is not for signatures";
        }

        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.VerificationTime = clock.GetUtcNow().UtcDateTime;
        policy.ApplicationPolicy.Add(new Oid(CodeSigning));
        foreach (var certificate in trusted)
        {
            (IsSelfIssued(certificate) ? policy.CustomTrustStore : policy.ExtraStore).Add(certificate);
        }

        policy.ExtraStore.AddRange(certificates.Skip(1).ToArray());
        return chain.Build(leaf) ? CertificateStrength.ObjectionTo([.. chain.ChainElements.Select(element => element.Certificate)])
            : chain.ChainStatus.Any(status => status.Status.HasFlag(X509ChainStatusFlags.NotTimeValid))
                ? "its certificate is not valid at this time; a short-lived certificate needs the transparency log as proof of the time"
            : $"its certificate does not chain to a trusted root ({Statuses(chain)})";
    }

    private static string Statuses(X509Chain chain) =>
        string.Join(", ", chain.ChainStatus.Select(status => status.Status.ToString()).Distinct());

    private static bool IsSelfIssued(X509Certificate2 certificate) =>
        certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    private static string Describe(IReadOnlyList<CertificateIdentity> identities) =>
        identities.Count == 0 ? "no identity" : TerminalText.Quote(string.Join(", ", identities));
}
