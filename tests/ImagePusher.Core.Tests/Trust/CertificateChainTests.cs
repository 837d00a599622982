using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ImagePusher.Core.Trust;

namespace ImagePusher.Core.Tests.Trust;

/// <summary>The chain from a certificate of a signature to a trusted root.</summary>
public sealed class CertificateChainTests : CertificateTestBase
{
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
    public async Task A_root_in_the_signature_is_not_trusted()
    {
        var (image, evil) = (Image("layer"), Authority());
        SignWithCertificate(image, Leaf(evil, mail: "a@b.c"), evil.ExportCertificatePem());

        Assert.False(Assert.Single(await VerifyAsync(image, Trusting(Authority(), "a@b.c"))).IsValid);
    }

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
}
