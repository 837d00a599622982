using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Trust;

namespace ImagePusher.Core.Tests.Trust;

public sealed class CertificateTrustTests : TrustTest
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

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
        Assert.True(Assert.Single(
            await VerifyAsync(given, new CertificateTrust([root, intermediate], null, null, TimeProvider.System))).IsValid);
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
    public async Task A_root_in_the_signature_is_not_trusted()
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

    [Theory]
    [InlineData("an RSA key of 1024 bits")]
    [InlineData("an RSA key of 512 bits")]
    [InlineData("SHA-1")]
    [InlineData("MD5")]
    public async Task A_chain_with_a_link_that_can_be_forged_is_not_trusted(string weakness)
    {
        var (image, root) = (Image("layer"), Authority(rsa: true));
        using var key = RSA.Create(
            weakness.Contains("RSA", StringComparison.Ordinal) ? weakness.Contains("512", StringComparison.Ordinal) ? 512 : 1024 : 2048);
        var request = new CertificateRequest("CN=weak", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        using var rootKey = root.GetRSAPrivateKey();
        using var issued = request.Create(
            root.SubjectName, new WeakHash(rootKey!, weakness), Now.AddHours(-3), Now.AddHours(3), [1, 2, 3]);
        using var weak = issued.CopyWithPrivateKey(key);
        SignWithCertificate(image, Leaf(weak, mail: "a@b.c"), weak.ExportCertificatePem());

        var verdict = Assert.Single(await VerifyAsync(image, Trusting(root, "a@b.c")));

        Assert.False(verdict.IsValid);
    }

    [Fact]
    public async Task A_certificate_that_is_not_an_authority_cannot_issue_certificates()
    {
        var (image, root) = (Image("layer"), Authority());
        foreach (var attacker in new[]
        {
            Leaf(root, mail: "evil@b.c"),
            Leaf(root, mail: "evil@b.c", usage: X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment),
            Issue(root, "CN=nothing", _ => { }),
            Issue(root, "CN=no authority", request => request.CertificateExtensions.Add(
                new X509BasicConstraintsExtension(certificateAuthority: false, false, 0, critical: true))),
        })
        {
            SignWithCertificate(image, Leaf(attacker, mail: "a@b.c"), attacker.ExportCertificatePem());
            Assert.False(Assert.Single(await VerifyAsync(image, Trusting(root, "a@b.c"))).IsValid);
        }
    }

    [Fact]
    public async Task Constraints_and_unknown_critical_extensions_of_a_chain_are_obeyed()
    {
        var root = Authority();
        X509Certificate2 Below(params X509Extension[] extensions) => Issue(root, "CN=limited", request =>
        {
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, true, 0, critical: true));
            Array.ForEach(extensions, request.CertificateExtensions.Add);
        });
        var image = Image("layer");
        var limits = new[]
        {
            // Only mail addresses of one host; an unknown extension; another purpose.
            Below(new X509Extension("2.5.29.30", Convert.FromHexString("3011A00F300D810B6578616D706C652E636F6D"), critical: true)),
            Below(new X509Extension("1.2.3.4.5", [5, 0], critical: true)),
            Below(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false)),
        };
        foreach (var limit in limits)
        {
            SignWithCertificate(image, Leaf(limit, mail: "a@b.c"), limit.ExportCertificatePem());
            Assert.False(Assert.Single(await VerifyAsync(image, Trusting(root, "a@b.c"))).IsValid);
        }

        var (first, unlimited) = (Below(), image);
        var second = Issue(first, "CN=too deep", request => request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true)));
        SignWithCertificate(unlimited, Leaf(second, mail: "a@b.c"), first.ExportCertificatePem() + "\n" + second.ExportCertificatePem());
        Assert.False(Assert.Single(await VerifyAsync(unlimited, Trusting(root, "a@b.c"))).IsValid);
        SignWithCertificate(unlimited, Leaf(first, mail: "a@b.c"), first.ExportCertificatePem());
        Assert.True(Assert.Single(await VerifyAsync(unlimited, Trusting(root, "a@b.c"))).IsValid);
    }

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

    private static CertificateTrust Trusting(X509Certificate2 root, string identity) =>
        new([root], identities => identities.Any(known => known.Text == identity), identity, TimeProvider.System);

    private static X509Certificate2 Authority(bool rsa)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN=root {Guid.NewGuid():N}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: rsa, false, 0, critical: true));
        return request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(2));
    }

    private static X509Extension Names(string kind, string text)
    {
        // The tags of GeneralName (RFC 5280, section 4.2.1.6).
        byte tag = kind switch { "mail" => 0x81, "host" => 0x82, _ => 0x86 };
        return new X509Extension(
            "2.5.29.17", [0x30, (byte)(text.Length + 2), tag, (byte)text.Length, .. System.Text.Encoding.ASCII.GetBytes(text)],
            critical: false);
    }

    private static X509Certificate2 Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=root {Guid.NewGuid():N}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        return request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(2));
    }

    private static X509Certificate2 Leaf(
        X509Certificate2 issuer, string? mail, string purpose = "1.3.6.1.5.5.7.3.3", DateTimeOffset? until = null,
        X509KeyUsageFlags usage = X509KeyUsageFlags.DigitalSignature, string subject = "CN=leaf", X509Extension? names = null) =>
        Issue(issuer, subject, request =>
        {
            if (names is not null)
            {
                request.CertificateExtensions.Add(names);
            }

            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false));
            request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, critical: true));
            if (mail is not null)
            {
                request.CertificateExtensions.Add(Names("mail", mail));
            }
        }, until);

    private static X509Certificate2 Issue(
        X509Certificate2 issuer, string subject, Action<CertificateRequest> add, DateTimeOffset? until = null)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        add(request);
        using var rsa = issuer.GetRSAPrivateKey();
        using var curve = issuer.GetECDsaPrivateKey();

        // The generator does not check whether the issuer is an authority.
        using var issued = request.Create(
            issuer.SubjectName, rsa is null ? X509SignatureGenerator.CreateForECDsa(curve!) : new WeakHash(rsa, "SHA-256"),
            Now.AddHours(-2), until ?? Now.AddHours(2), Guid.NewGuid().ToByteArray());
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
            [SignatureReader.SignatureKey] = Convert.ToBase64String(signature),
            ["dev.sigstore.cosign/certificate"] = leaf,
        };
        if (chain is not null)
        {
            annotations["dev.sigstore.cosign/chain"] = chain;
        }

        TagLayers(image, Source.Add(payload, SignatureReader.SimpleSigningType) with { Annotations = annotations });
    }

    /// <summary>Signs certificates with hashes that are no longer secure.</summary>
    private sealed class WeakHash(RSA key, string hash) : X509SignatureGenerator
    {
        private readonly HashAlgorithmName _name =
            hash == "SHA-1" ? HashAlgorithmName.SHA1 : hash == "MD5" ? HashAlgorithmName.MD5 : HashAlgorithmName.SHA256;

        // The last byte of the identifiers of PKCS#1 signatures: md5WithRSA, sha1WithRSA, sha256WithRSA.
        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) =>
            [0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, (byte)(hash == "SHA-1" ? 5 : hash == "MD5" ? 4 : 11), 5, 0];

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) =>
            key.SignData(data, _name, RSASignaturePadding.Pkcs1);

        protected override PublicKey BuildPublicKey() => CreateForRSA(key, RSASignaturePadding.Pkcs1).PublicKey;
    }
}
