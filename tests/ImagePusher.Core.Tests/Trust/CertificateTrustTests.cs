using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Trust;

namespace ImagePusher.Core.Tests.Trust;

public sealed class CertificateTrustTests : TrustTest
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task A_certificate_that_chains_to_the_root_and_states_the_identity_is_trusted()
    {
        var (image, root) = (Image("layer"), Authority());
        SignWithCertificate(image, Leaf(root, mail: "build@example.com"));

        var verdict = Assert.Single(await VerifyAsync(image, Trusting(root, "build@example.com")));

        Assert.True(verdict.IsValid, verdict.Reason);
        Assert.Equal("build@example.com", verdict.Signer!.Identity);
    }

    [Fact]
    public async Task An_intermediate_certificate_comes_with_the_signature_or_with_the_root()
    {
        var root = Authority();
        var intermediate = Issue(root, "CN=intermediate", request => request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true)));
        var (carried, given) = (Image("carried"), Image("given"));
        SignWithCertificate(carried, Leaf(intermediate, mail: "a@b.c"), intermediate.ExportCertificatePem());
        SignWithCertificate(given, Leaf(intermediate, mail: "a@b.c"));

        Assert.True(Assert.Single(await VerifyAsync(carried, Trusting(root, "a@b.c"))).IsValid);
        Assert.False(Assert.Single(await VerifyAsync(given, Trusting(root, "a@b.c"))).IsValid);
        Assert.True(Assert.Single(await VerifyAsync(given, new CertificateTrust([root, intermediate], null, null, TimeProvider.System))).IsValid);
    }

    [Fact]
    public async Task Another_root_another_identity_and_no_certificate_are_not_trusted()
    {
        var (image, root) = (Image("layer"), Authority());
        SignWithCertificate(image, Leaf(root, mail: "build@example.com"));

        Assert.Contains("does not chain", Assert.Single(await VerifyAsync(image, Trusting(Authority(), "build@example.com"))).Reason, StringComparison.Ordinal);
        Assert.Contains("is for build@example.com", Assert.Single(await VerifyAsync(image, Trusting(root, "other@example.com"))).Reason, StringComparison.Ordinal);
        Sign(image, App.ToString(), Signer);
        Assert.Contains("no certificate", Assert.Single(await VerifyAsync(image, Trusting(root, "x"))).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_root_that_comes_with_the_signature_is_not_trusted()
    {
        var (image, evil) = (Image("layer"), Authority());
        SignWithCertificate(image, Leaf(evil, mail: "a@b.c"), evil.ExportCertificatePem());

        Assert.False(Assert.Single(await VerifyAsync(image, Trusting(Authority(), "a@b.c"))).IsValid);
    }

    [Fact]
    public async Task A_certificate_for_another_purpose_or_time_is_not_trusted()
    {
        var root = Authority();
        var (server, old, encryption) = (Image("server"), Image("old"), Image("encryption"));
        SignWithCertificate(server, Leaf(root, mail: "a@b.c", purpose: "1.3.6.1.5.5.7.3.1"));
        SignWithCertificate(old, Leaf(root, mail: "a@b.c", until: Now.AddMinutes(-1)));
        SignWithCertificate(encryption, Leaf(root, mail: "a@b.c", usage: X509KeyUsageFlags.KeyEncipherment));

        Assert.False(Assert.Single(await VerifyAsync(server, Trusting(root, "a@b.c"))).IsValid);
        Assert.Contains("not valid at this time", Assert.Single(await VerifyAsync(old, Trusting(root, "a@b.c"))).Reason, StringComparison.Ordinal);
        Assert.Contains("not for signatures", Assert.Single(await VerifyAsync(encryption, Trusting(root, "a@b.c"))).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_common_name_is_not_an_identity()
    {
        var (image, root) = (Image("layer"), Authority());
        SignWithCertificate(image, Leaf(root, mail: null, subject: "CN=build@example.com"));

        Assert.Contains("no identity", Assert.Single(await VerifyAsync(image, Trusting(root, "build@example.com"))).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_with_pki_accepts_its_subject_alone()
    {
        var (image, root) = (Image("layer"), Authority());
        SignWithCertificate(image, Leaf(root, mail: "build@example.com"));
        await File.WriteAllTextAsync(Path.Combine(Folder, "root.pem"), root.ExportCertificatePem(), TestContext.Current.CancellationToken);

        await AssertRejectedAsync(image, WritePolicy("""{"default":[{"type":"sigstoreSigned","pki":{"caRootsPath":"root.pem","subjectEmail":"other@example.com"}}]}"""));
        await CopyUnderPolicyAsync(image, WritePolicy("""{"default":[{"type":"sigstoreSigned","pki":{"caRootsPath":"root.pem","subjectEmail":"build@example.com"}}]}"""));
    }

    [Fact]
    public async Task Malformed_and_too_many_certificates_are_not_trusted()
    {
        var (image, root) = (Image("layer"), Authority());
        var leaf = Leaf(root, mail: "a@b.c");
        SignWithCertificate(image, leaf, string.Concat(Enumerable.Repeat(root.ExportCertificatePem() + "\n", 100)));
        Assert.Contains("more than", Assert.Single(await VerifyAsync(image, Trusting(root, "a@b.c"))).Reason, StringComparison.Ordinal);

        var (broken, payload) = (Image("broken"), Array.Empty<byte>());
        payload = Payload(broken.Digest.ToString(), App.ToString());
        TagCertified(broken, payload, Signer.Sign(payload), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", null);
        Assert.Contains("malformed", Assert.Single(await VerifyAsync(broken, Trusting(root, "a@b.c"))).Reason, StringComparison.Ordinal);
    }

    private static CertificateTrust Trusting(X509Certificate2 root, string identity) =>
        new([root], identities => identities.Contains(identity), identity, TimeProvider.System);

    private static X509Certificate2 Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=root {Guid.NewGuid():N}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        return request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(2));
    }

    private static X509Certificate2 Leaf(
        X509Certificate2 issuer, string? mail, string purpose = "1.3.6.1.5.5.7.3.3", DateTimeOffset? until = null,
        X509KeyUsageFlags usage = X509KeyUsageFlags.DigitalSignature, string subject = "CN=leaf") =>
        Issue(issuer, subject, request =>
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false));
            request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, critical: true));
            if (mail is not null)
            {
                var names = new SubjectAlternativeNameBuilder();
                names.AddEmailAddress(mail);
                request.CertificateExtensions.Add(names.Build());
            }
        }, until);

    private static X509Certificate2 Issue(
        X509Certificate2 issuer, string subject, Action<CertificateRequest> add, DateTimeOffset? until = null)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        add(request);
        using var issued = request.Create(issuer, Now.AddHours(-2), until ?? Now.AddHours(2), Guid.NewGuid().ToByteArray());
        return issued.CopyWithPrivateKey(key);
    }

    private void SignWithCertificate(Manifest image, X509Certificate2 leaf, string? chain = null)
    {
        var payload = Payload(image.Digest.ToString(), App.ToString());
        var signature = leaf.GetECDsaPrivateKey()!.SignData(payload, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        TagCertified(image, payload, signature, leaf.ExportCertificatePem(), chain);
    }

    private void TagCertified(Manifest image, byte[] payload, byte[] signature, string leaf, string? chain)
    {
        var annotations = new Dictionary<string, string>
        {
            [SignatureReader.SignatureKey] = Convert.ToBase64String(signature), ["dev.sigstore.cosign/certificate"] = leaf,
        };
        if (chain is not null)
        {
            annotations["dev.sigstore.cosign/chain"] = chain;
        }

        TagLayers(image, Source.Add(payload, SignatureReader.SimpleSigningType) with { Annotations = annotations });
    }
}
