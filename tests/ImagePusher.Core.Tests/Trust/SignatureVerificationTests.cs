using System.Security.Cryptography;
using System.Text;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Trust;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Trust;

public sealed class SignatureVerificationTests : TrustTest
{
    [Fact]
    public async Task A_signature_by_the_key_for_the_digest_and_the_reference_is_valid()
    {
        var image = Image("layer");
        var payload = Payload(image.Digest.ToString(), App.ToString(), """{"creator":"someone","timestamp":7}""");
        Tag(image, (payload, Signer.Sign(payload)));

        var verdict = Assert.Single(await VerifyAsync(image));

        Assert.True(verdict.IsValid);
        Assert.Null(verdict.Reason);
        Assert.Equal(Signer.Key.Id, verdict.Signer!.KeyId);
        Assert.Equal(
            $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Signer.PrivateKey.ExportSubjectPublicKeyInfo()))}", Signer.Key.Id);
        Assert.Equal(App.ToString(), verdict.Signature.Payload!.Reference);
        Assert.Equal("someone", verdict.Signature.Payload.Annotations["creator"]);
        Assert.Equal("7", verdict.Signature.Payload.Annotations["timestamp"]);
    }

    [Fact]
    public async Task Another_key_is_not_valid()
    {
        var image = Image("layer");
        Sign(image, App.ToString(), Other);

        var verdict = Assert.Single(await VerifyAsync(image));

        Assert.False(verdict.IsValid);
        Assert.Null(verdict.Signer);
        Assert.Contains("not made by the trusted key", verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_payload_is_not_valid()
    {
        var (image, signed) = (Image("layer"), Image("signed"));
        var signature = Signer.Sign(Payload(signed.Digest.ToString(), App.ToString()));
        Tag(image, (Payload(image.Digest.ToString(), App.ToString()), signature));

        Assert.False(Assert.Single(await VerifyAsync(image)).IsValid);
    }

    [Fact]
    public async Task A_signature_of_another_digest_is_not_valid()
    {
        var (image, signed) = (Image("layer"), Image("signed"));
        var payload = Payload(signed.Digest.ToString(), App.ToString());
        Tag(image, (payload, Signer.Sign(payload)));

        var verdict = Assert.Single(await VerifyAsync(image));

        Assert.False(verdict.IsValid);
        Assert.Equal($"it is a signature of {signed.Digest}, not of {image.Digest}", verdict.Reason);
    }

    [Theory]
    [InlineData("registry.example/team/other:1")]
    [InlineData("registry.example/team/app:2")]
    [InlineData("other.example/team/app:1")]
    [InlineData("registry.example/team/app")]
    [InlineData("not a reference")]
    public async Task A_signature_for_another_reference_is_not_valid(string signedAs)
    {
        var image = Image("layer");
        Sign(image, signedAs, Signer);

        var verdict = Assert.Single(await VerifyAsync(image));

        Assert.False(verdict.IsValid);
        Assert.Contains(signedAs, verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_valid_signature_of_two_is_found_in_any_order()
    {
        var image = Image("layer");
        Sign(image, App.ToString(), Other, Signer);
        Assert.Equal([false, true], (await VerifyAsync(image)).Select(verdict => verdict.IsValid));

        Sign(image, App.ToString(), Signer, Other);
        Assert.Equal([true, false], (await VerifyAsync(image)).Select(verdict => verdict.IsValid));
    }

    [Theory]
    [InlineData("P-256")]
    [InlineData("P-384")]
    [InlineData("P-521")]
    public async Task ECDSA_on_the_NIST_curves_is_verified_with_SHA_256_and_with_the_hash_of_the_curve(string curve)
    {
        var (oid, hash) = curve switch
        {
            "P-256" => (ECCurve.NamedCurves.nistP256, HashAlgorithmName.SHA256),
            "P-384" => (ECCurve.NamedCurves.nistP384, HashAlgorithmName.SHA384),
            _ => (ECCurve.NamedCurves.nistP521, HashAlgorithmName.SHA512),
        };
        foreach (var used in new[] { HashAlgorithmName.SHA256, hash })
        {
            using var signer = TestSigner.Ecdsa(oid, used);
            var image = Image($"{curve} {used}");
            Sign(image, App.ToString(), signer);
            Assert.True(Assert.Single(await VerifyAsync(image, signer.Trust)).IsValid);
        }
    }

    [Fact]
    public async Task RSA_is_verified_with_both_paddings()
    {
        foreach (var padding in new[] { RSASignaturePadding.Pkcs1, RSASignaturePadding.Pss })
        {
            using var signer = TestSigner.Rsa(padding);
            var image = Image($"{padding}");
            Sign(image, App.ToString(), signer);
            Assert.True(Assert.Single(await VerifyAsync(image, signer.Trust)).IsValid);
        }
    }

    public static TheoryData<string> MalformedPayloads => new(
        "", "{", "[]", "null", "{}",
        """
            {"critical":{"identity":{"docker-reference":"R"},"image":{"docker-manifest-digest":"D"},
            "type":"cosign container image signature"}}
            """,
        """
            {"critical":{"identity":{"docker-reference":"R"},"image":{"docker-manifest-digest":"D"},
            "type":"atomic container signature"},"optional":null}
            """,
        """
            {"critical":{"identity":{"docker-reference":"R"},"image":{"docker-manifest-digest":"D"},
            "type":"cosign container image signature"},"optional":null,"more":1}
            """,
        """
            {"critical":{"identity":{"docker-reference":"R","more":1},"image":{"docker-manifest-digest":"D"},
            "type":"cosign container image signature"},"optional":null}
            """,
        """
            {"critical":{"identity":{"docker-reference":"R"},"image":{"docker-manifest-digest":"sha256:0",
            "docker-manifest-digest":"D"},"type":"cosign container image signature"},"optional":null}
            """,
        """
            {"critical":{"identity":{"docker-reference":"other/x:1","docker\u002dreference":"R"},
            "image":{"docker-manifest-digest":"D"},"type":"cosign container image signature"},"optional":null}
            """,
        """
            {"critical":{"identity":{"docker-reference":7},"image":{"docker-manifest-digest":"D"},
            "type":"cosign container image signature"},"optional":null}
            """,
        """
            {"critical":{"identity":{"docker-reference":"R"},"image":{"docker-manifest-digest":["D"]},
            "type":"cosign container image signature"},"optional":null}
            """,
        """
            {"critical":{"identity":{"docker-reference":"R"},"image":{"docker-manifest-digest":"D"},
            "type":"cosign container image signature"},"optional":[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]}
            """,
        """
            {"critical":{"identity":{"docker-reference":"R"},"image":{"docker-manifest-digest":"D"},
            "type":"cosign container image signature"},"optional":null} {}
            """,
        """
            {"critical":{"identity":{"docker-reference":"R"},"image":{"docker-manifest-digest":"D"},
            "type":"cosign container image signature"},"optional":{"\ud800":1}}
            """,
        """
            {"critical":{"identity":{"docker-reference":"R","\udc00\ud800":1},"image":{"docker-manifest-digest":"D"},
            "type":"cosign container image signature"},"optional":null}
            """,
        """
            {"critical":{"identity":{"docker-reference":"\ud800"},"image":{"docker-manifest-digest":"D"},
            "type":"cosign container image signature"},"optional":null}
            """);

    [Fact]
    public async Task A_payload_that_is_not_UTF_8_is_not_valid_and_does_not_hide_a_valid_one()
    {
        var image = Image("layer");
        var payload = Payload(image.Digest.ToString(), App.ToString(), "{\"a\":\"?\",\"b\":[\"?\"],\"?\":1}");
        byte[][] malformed = [.. Enumerable.Range(0, payload.Length).Where(at => payload[at] == '?').Select(at =>
        {
            var copy = payload.ToArray();
            copy[at] = 0xFF;
            return copy;
        })];
        Tag(image, [.. malformed.Append(payload).Select(bytes => (bytes, Signer.Sign(bytes)))]);

        Assert.Equal([false, false, false, true], (await VerifyAsync(image)).Select(verdict => verdict.IsValid));
    }

    [Theory]
    [MemberData(nameof(MalformedPayloads))]
    public async Task A_malformed_payload_with_an_authentic_signature_is_not_valid_and_does_not_hide_a_valid_one(string json)
    {
        var image = Image("layer");
        var malformed = Encoding.UTF8.GetBytes(
            json.Replace("\"R\"", $"\"{App}\"", StringComparison.Ordinal).Replace("\"D\"", $"\"{image.Digest}\"",
                StringComparison.Ordinal));
        var payload = Payload(image.Digest.ToString(), App.ToString());
        Tag(image, (malformed, Signer.Sign(malformed)), (payload, Signer.Sign(payload)));

        Assert.Equal([false, true], (await VerifyAsync(image)).Select(verdict => verdict.IsValid));
    }

    [Fact]
    public async Task A_layer_without_a_signature_is_not_valid()
    {
        var image = Image("layer");
        var payload = Payload(image.Digest.ToString(), App.ToString());
        TagLayers(
            image, Source.Add(payload, SignatureReader.SimpleSigningType), Source.Add("x"u8.ToArray(), MediaTypes.OciLayer),
            Source.Add(Payload(image.Digest.ToString(), App.ToString(), "{}"), SignatureReader.SimpleSigningType) with
            {
                Annotations = new Dictionary<string, string> { [SignatureReader.SignatureKey] = "not base64!" },
            });

        var verdicts = await VerifyAsync(image);

        Assert.Equal(3, verdicts.Count);
        Assert.All(verdicts, verdict => Assert.False(verdict.IsValid));
        Assert.Contains("is missing", verdicts[0].Reason, StringComparison.Ordinal);
        Assert.Contains("is not that of a signature", verdicts[1].Reason, StringComparison.Ordinal);
        Assert.Contains("is not base64", verdicts[2].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Notation_signature_is_listed_and_not_valid()
    {
        var image = Image("layer");
        Source.Add(Manifest.Parse(Encoding.UTF8.GetBytes(
            $$"""
                {"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","artifactType":"application/vnd.cncf.notary.signature",
                "config":{{Json(Source.Add("{}"u8.ToArray(), MediaTypes.OciEmpty))}},"layers":[],"subject":{{Json(image.Descriptor)}}}
                """)));

        var verdict = Assert.Single(await VerifyAsync(image));

        Assert.Equal(SignatureKind.Notation, verdict.Signature.Kind);
        Assert.False(verdict.IsValid);
        Assert.Contains("not supported", verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_signature_that_skopeo_1_22_made_is_valid_for_its_digest()
    {
        var payload = File.ReadAllBytes(SignedImages.PathOf("skopeo-1.22/payload.json"));
        var manifest = (ImageManifest)Manifest.Parse(File.ReadAllBytes(SignedImages.PathOf("skopeo-1.22/manifest.json")));
        var signature = new ImageSignature
        {
            Kind = SignatureKind.SimpleSigning,
            Manifest = manifest.Digest,
            Signed = payload,
            Payload = SignaturePayload.ReadSimpleSigning(payload),
            Signature = Convert.FromBase64String(manifest.Layers[0].Annotations[SignatureReader.SignatureKey]),
        };
        var signed = Digest.Parse(signature.Payload.Digest);

        Assert.True(SignatureVerdict.Of(signature, signed, App, Fixture("one"), new MatchExact()).IsValid);
        Assert.False(SignatureVerdict.Of(signature, signed, App, Fixture("two"), new MatchExact()).IsValid);
        Assert.False(SignatureVerdict.Of(signature, manifest.Digest, App, Fixture("one"), new MatchExact()).IsValid);
    }

    private static KeyTrust Fixture(string name) =>
        new(KeyText.ReadPublicKeys(File.ReadAllText(SignedImages.PublicKey(name)), name));
}
