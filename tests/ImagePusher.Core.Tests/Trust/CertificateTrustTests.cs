using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ImagePusher.Core.Trust;

namespace ImagePusher.Core.Tests.Trust;

public sealed class CertificateTrustTests : CertificateTestBase
{
    [Fact]
    public async Task A_certificate_that_chains_to_the_root_and_contains_the_identity_is_trusted()
    {
        var (image, root) = (Image("layer"), Authority());
        SignWithCertificate(image, Leaf(root, mail: "build@example.com"));

        var verdict = Assert.Single(await VerifyAsync(image, Trusting(root, "build@example.com")));

        Assert.True(verdict.IsValid, verdict.Reason);
        Assert.Equal("build@example.com", verdict.Signer!.Identity);
    }

    [Fact]
    public async Task Another_root_another_identity_and_no_certificate_are_not_trusted()
    {
        var (image, root) = (Image("layer"), Authority());
        SignWithCertificate(image, Leaf(root, mail: "build@example.com"));

        Assert.Contains("does not chain", Assert.Single(await VerifyAsync(image, Trusting(Authority(), "build@example.com"))).Reason,
            StringComparison.Ordinal);
        Assert.Contains("is for build@example.com", Assert.Single(await VerifyAsync(image, Trusting(root, "other@example.com"))).Reason,
            StringComparison.Ordinal);
        Sign(image, App.ToString(), Signer);
        Assert.Contains("no certificate", Assert.Single(await VerifyAsync(image, Trusting(root, "x"))).Reason, StringComparison.Ordinal);
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
        Assert.Contains("not valid at this time", Assert.Single(await VerifyAsync(old, Trusting(root, "a@b.c"))).Reason,
            StringComparison.Ordinal);
        Assert.Contains("not for signatures", Assert.Single(await VerifyAsync(encryption, Trusting(root, "a@b.c"))).Reason,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_common_name_is_not_an_identity()
    {
        var (image, root) = (Image("layer"), Authority());
        SignWithCertificate(image, Leaf(root, mail: null, subject: "CN=build@example.com"));

        Assert.Contains("no identity", Assert.Single(await VerifyAsync(image, Trusting(root, "build@example.com"))).Reason,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_with_pki_accepts_only_its_subject()
    {
        var (image, root) = (Image("layer"), Authority());
        SignWithCertificate(image, Leaf(root, mail: "build@example.com"));
        await File.WriteAllTextAsync(Path.Combine(Folder, "root.pem"), root.ExportCertificatePem(), TestContext.Current.CancellationToken);

        await AssertRejectedAsync(image,
            WritePolicy("""{"default":[{"type":"sigstoreSigned","pki":{"caRootsPath":"root.pem","subjectEmail":"other@example.com"}}]}"""));
        await CopyUnderPolicyAsync(image,
            WritePolicy("""{"default":[{"type":"sigstoreSigned","pki":{"caRootsPath":"root.pem","subjectEmail":"build@example.com"}}]}"""));
    }

    // Rows: the name that the policy requires, and the kind of another name of the same text in the certificate.
    [Theory]
    [InlineData("subjectEmail", "host")]
    [InlineData("subjectEmail", "uri")]
    [InlineData("subjectHostname", "mail")]
    [InlineData("subjectHostname", "uri")]
    public async Task A_name_of_one_kind_does_not_match_another_kind(string required, string kind)
    {
        const string Text = "build.example.com";
        var (image, root) = (Image("layer"), Authority());
        SignWithCertificate(image, Leaf(root, null, names: Names(kind, Text)));
        var pki = $$"""
            {"caRootsData":"{{Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(root.ExportCertificatePem()))}}",
            "{{required}}":"{{Text}}"}
            """;

        await AssertRejectedAsync(image, WritePolicy($$"""{"default":[{"type":"sigstoreSigned","pki":{{pki}}}]}"""));
    }

    // Rows: the pattern, and the kinds that it can be for.
    [Theory]
    [InlineData("build@example.com", nameof(IdentityKind.Mail))]
    [InlineData("*@example.com", nameof(IdentityKind.Mail))]
    [InlineData("https://github.com/owner/*", nameof(IdentityKind.Uri))]
    [InlineData("https://github.com/owner/*@refs/heads/main", nameof(IdentityKind.Uri))]
    [InlineData("*.example.com", "Mail, Host, Uri")]
    [InlineData("*", "Mail, Host, Uri")]
    public void A_pattern_is_compared_with_names_of_its_kind(string pattern, string kinds) => Assert.Equal(
        kinds, string.Join(", ", Enum.GetValues<IdentityKind>().Where(kind => new CertificateIdentity(kind, "x").MayMatch(pattern))));

    // Files of openssl for keys of every kind, each with the extensions of a signer.
    [Fact]
    public async Task A_certificate_with_any_other_key_is_not_trusted_and_does_not_hide_a_valid_one()
    {
        foreach (var (name, content) in Fuzzing.Corpus.Of("certificate"))
        {
            var (image, root) = (Image(name), Authority());
            var payload = Payload(image.Digest.ToString(), App.ToString());
            var pem = PemEncoding.WriteString("CERTIFICATE", content);
            TagCertified(image, payload, Signer.Sign(payload), pem, null);

            var verdict = Assert.Single(await VerifyAsync(image, Trusting(root, "a@b.c")));

            Assert.False(verdict.IsValid);
            Assert.NotNull(verdict.Reason);
        }
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
}
