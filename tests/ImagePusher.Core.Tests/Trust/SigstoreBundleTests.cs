using System.Text;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Trust;

namespace ImagePusher.Core.Tests.Trust;

public sealed class SigstoreBundleTests : TrustTest
{
    private const string BundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";
    private const string Statement = "application/vnd.in-toto+json";

    [Fact]
    public async Task A_statement_that_signs_the_image_is_valid_where_an_unnamed_signature_is_accepted()
    {
        var image = Image("layer");
        AddEnvelope(image, StatementOf(image.Digest));

        var verdict = Assert.Single(await VerifyAsync(image, rule: new MatchRepositoryOrUnnamed()));

        Assert.True(verdict.IsValid);
        Assert.Equal(SignatureKind.SigstoreBundle, verdict.Signature.Kind);
        Assert.Contains("names no reference", verdict.Reason, StringComparison.Ordinal);
        Assert.Equal("1", verdict.Signature.Payload!.Annotations["build"]);
    }

    [Fact]
    public async Task A_policy_requires_the_name_of_the_image_in_the_statement()
    {
        var image = Image("layer");
        AddEnvelope(image, StatementOf(image.Digest));
        await AssertRejectedAsync(image, Requires(Signer));

        var named = Image("named");
        AddEnvelope(named, StatementOf(named.Digest, App.ToString()));
        await CopyUnderPolicyAsync(named, Requires(Signer));
    }

    [Fact]
    public async Task Signed_bytes_of_a_manifest_are_valid_for_that_manifest_only()
    {
        var (image, other) = (Image("layer"), Image("other"));
        var signature = Convert.ToBase64String(Signer.Sign(image.Raw.ToArray()));
        Add(image, $$$"""
            {"mediaType":"{{{BundleType}}}","messageSignature":{"messageDigest":{"algorithm":"SHA2_256","digest":"AA=="},
            "signature":"{{{signature}}}"}}
            """);
        Add(other, $$$"""{"mediaType":"{{{BundleType}}}","messageSignature":{"signature":"{{{signature}}}"}}""");

        Assert.True(Assert.Single(await VerifyAsync(image, rule: new MatchRepositoryOrUnnamed())).IsValid);
        Assert.False(Assert.Single(await VerifyAsync(other, rule: new MatchRepositoryOrUnnamed())).IsValid);
        Assert.False(Assert.Single(await VerifyAsync(image)).IsValid);
    }

    [Fact]
    public async Task A_statement_about_another_digest_or_by_another_key_is_not_valid()
    {
        var (image, other) = (Image("layer"), Image("other"));
        AddEnvelope(image, StatementOf(other.Digest, App.ToString()));
        AddEnvelope(image, StatementOf(image.Digest, App.ToString()), Other);

        Assert.All(await VerifyAsync(image), verdict => Assert.False(verdict.IsValid));
    }

    [Fact]
    public async Task A_signature_of_the_payload_without_its_type_is_not_valid()
    {
        var image = Image("layer");
        var payload = Encoding.UTF8.GetBytes(StatementOf(image.Digest, App.ToString()));
        Add(image, EnvelopeOf(payload, Signer.Sign(payload)));

        Assert.False(Assert.Single(await VerifyAsync(image)).IsValid);
    }

    [Fact]
    public async Task An_attestation_about_the_image_is_not_a_signature_of_it()
    {
        var image = Image("layer");
        AddEnvelope(image, StatementOf(image.Digest, App.ToString(), "https://slsa.dev/provenance/v1"));

        Assert.Empty(await VerifyAsync(image));
        await AssertRejectedAsync(image, Requires(Signer));
    }

    public static TheoryData<string> MalformedBundles => new(
        "{}", "[]", "", """{"dsseEnvelope":{},"messageSignature":{}}""", """{"messageSignature":{}}""",
        """{"messageSignature":{"signature":"?"}}""",
        """{"dsseEnvelope":{"payloadType":"text/plain","payload":"","signatures":[{"sig":""}]}}""",
        """{"dsseEnvelope":{"payloadType":"application/vnd.in-toto+json","payload":"e30=","signatures":[]}}""",
        """{"dsseEnvelope":{"payloadType":"application/vnd.in-toto+json","payload":"e30=","signatures":[{"sig":"AA=="},{"sig":"AA=="}]}}""",
        """{"messageSignature":{"signature":"AA==","signature":"AA=="}}""",
        """{"verificationMaterial":{"certificate":{"rawBytes":7}},"messageSignature":{"signature":"AA=="}}""");

    [Theory]
    [MemberData(nameof(MalformedBundles))]
    public async Task A_malformed_bundle_is_not_valid_and_does_not_hide_a_valid_one(string json)
    {
        var image = Image("layer");
        Add(image, json);
        AddEnvelope(image, StatementOf(image.Digest, App.ToString()));

        Assert.Equal([false, true], (await VerifyAsync(image)).Select(verdict => verdict.IsValid).Order());
    }

    private static string StatementOf(Digest digest, string name = "", string predicate = "https://sigstore.dev/cosign/sign/v1") =>
        $$$"""
            {"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"{{{name}}}","digest":{"sha256":"{{{digest.Encoded}}}"},
            "annotations":{"build":"1"}}],"predicateType":"{{{predicate}}}","predicate":{}}
            """;

    private static string EnvelopeOf(byte[] payload, byte[] signature) =>
        $$$"""
            {"mediaType":"{{{BundleType}}}","verificationMaterial":{"publicKey":{"hint":"x"},"tlogEntries":[]},
            "dsseEnvelope":{"payload":"{{{Convert.ToBase64String(payload)}}}","payloadType":"{{{Statement}}}",
            "signatures":[{"sig":"{{{Convert.ToBase64String(signature)}}}"}]}}
            """;

    private void AddEnvelope(Manifest image, string statement, TestSigner? signer = null)
    {
        var payload = Encoding.UTF8.GetBytes(statement);
        Add(image, EnvelopeOf(payload, (signer ?? Signer).Sign(SigstoreBundle.PreAuthentication(Statement, payload))));
    }

    private void Add(Manifest image, string bundle)
    {
        var layer = Source.Add(Encoding.UTF8.GetBytes(bundle), BundleType);
        Source.Add(Manifest.Parse(Encoding.UTF8.GetBytes(
            $$"""
                {"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","artifactType":"{{BundleType}}",
                "config":{{Json(Source.Add("{}"u8.ToArray(), MediaTypes.OciEmpty))}},"layers":[{{Json(layer)}}],
                "subject":{{Json(image.Descriptor)}}}
                """)));
    }
}
