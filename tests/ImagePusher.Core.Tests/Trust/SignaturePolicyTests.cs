using System.Security.Cryptography;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Trust;

namespace ImagePusher.Core.Tests.Trust;

public sealed class SignaturePolicyTests : TrustTest
{
    private const string Accept = """[{"type":"insecureAcceptAnything"}]""";
    private const string Reject = """[{"type":"reject"}]""";

    // Rows: the policy and the place that the message must name.
    public static TheoryData<string, string> InvalidPolicies => new()
    {
        { "", "not valid JSON" },
        { "[]", "the document is not an object" },
        { "{}", "default is missing" },
        { """{"default":[]}""", "default is empty" },
        { """{"default":{}}""", "default is not a list" },
        { """{"default":[{}]}""", "default[0].type is missing" },
        { """{"default":[{"type":"unknown"}]}""", "default[0].type 'unknown'" },
        { """{"default":[{"type":"reject","more":1}]}""", "default[0].more" },
        { """{"default":[{"type":"insecureAcceptAnything"}],"more":1}""", "more is not supported" },
        { """{"default":[{"type":"reject"}],"default":[{"type":"insecureAcceptAnything"}]}""", "twice" },
        { """{"default":[{"type":"reject","type":"insecureAcceptAnything"}]}""", "twice" },
        { """
            {"default":[{"type":"reject"}],"transports":{"docker":{"a.b":[{"type":"reject"}],
            "a.\u0062":[{"type":"insecureAcceptAnything"}]}}}
            """, "twice" },
        { """{"default":[{"type":"reject"}],"transports":{"docker":{"a.b":[]}}}""", "transports.docker[\"a.b\"] is empty" },
        { """{"default":[{"type":"reject"}],"transports":{"Docker":{}}}""", "transports.Docker" },
        { """{"default":[{"type":"reject"}],"transports":{"docker-daemon":{"":[{"type":"nothing"}]}}}""",
            "transports[\"docker-daemon\"][\"\"][0].type 'nothing'" },
        { """{"default":[{"type":"reject"}],"transports":{"docker":{"busybox":[{"type":"insecureAcceptAnything"}]}}}""",
            "transports.docker.busybox is not a scope" },
        { """{"default":[{"type":"reject"}],"transports":{"docker":{"a*.example.com":[{"type":"insecureAcceptAnything"}]}}}""",
            "is not a scope" },
        { """{"default":[{"type":"reject"}],"transports":{"docker":{"Registry.Example/x":[{"type":"insecureAcceptAnything"}]}}}""",
            "is not a scope" },
        { """{"default":[{"type":"sigstoreSigned"}]}""", "default[0] needs exactly one of" },
        { """{"default":[{"type":"sigstoreSigned","keyPath":"a","keyData":"QQ=="}]}""", "default[0] needs exactly one of" },
        { """{"default":[{"type":"sigstoreSigned","keyPaths":[]}]}""", "default[0].keyPaths is empty" },
        { """{"default":[{"type":"sigstoreSigned","keyPath":""}]}""", "default[0].keyPath is empty" },
        { """{"default":[{"type":"sigstoreSigned","keyData":"?"}]}""", "default[0].keyData is not base64" },
        { """{"default":[{"type":"sigstoreSigned","keyPath":"a","signedIdentity":{"type":"matchAll"}}]}""",
            "default[0].signedIdentity.type 'matchAll'" },
        { """{"default":[{"type":"sigstoreSigned","keyPath":"a","signedIdentity":{"type":"matchExact","x":1}}]}""",
            "default[0].signedIdentity.x" },
        { """{"default":[{"type":"sigstoreSigned","keyPath":"a","signedIdentity":{"type":"exactReference","dockerReference":"a.b/c"}}]}""",
            "default[0].signedIdentity.dockerReference 'a.b/c'" },
        { """
            {"default":[{"type":"sigstoreSigned","keyPath":"a","signedIdentity":{"type":"exactRepository",
            "dockerRepository":"a.b/c:1"}}]}
            """, "default[0].signedIdentity.dockerRepository" },
        { """{"default":[{"type":"sigstoreSigned","keyPath":"a","signedIdentity":{"type":"remapIdentity","prefix":"a.b"}}]}""",
            "default[0].signedIdentity.signedPrefix is missing" },
        { """{"default":[{"type":"sigstoreSigned","pki":{"caRootsPath":"a"}}]}""", "default[0].pki needs subjectEmail or subjectHostname" },
    };

    [Theory]
    [MemberData(nameof(InvalidPolicies))]
    public void A_policy_with_unknown_content_is_rejected_with_its_position(string json, string place)
    {
        var error = Assert.Throws<InvalidOptionException>(() => SignaturePolicy.Load(WritePolicy(json)));

        Assert.Contains(place, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"signedBy","keyType":"GPGKeys","keyPath":"/k"}""", "default[0].type ('signedBy'")]
    [InlineData("""{"type":"sigstoreSigned","fulcio":{},"rekorPublicKeyPath":"/k"}""", "default[0].fulcio")]
    [InlineData("""{"type":"sigstoreSigned","keyPath":"/k","rekorPublicKeyData":"QQ=="}""", "default[0].rekorPublicKeyData")]
    public async Task An_unsupported_requirement_accepts_no_image_and_does_not_affect_other_scopes(string requirement,
        string place)
    {
        var policy = WritePolicy($$$$"""{"default":[{{{{requirement}}}}],"transports":{"docker":{"other.example":{{{{Accept}}}}}}}""");
        var image = Image("layer");
        Sign(image, App.ToString(), Signer);

        var error = await Assert.ThrowsAsync<UnsupportedContentException>(() => CopyUnderPolicyAsync(image, policy));
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
        Assert.Empty(Target.Names);
        await CopyUnderPolicyAsync(image, policy, name: ImageReference.Parse("other.example/app:1"));
    }

    [Fact]
    public async Task Keys_of_files_are_found_in_the_folder_of_the_policy_and_each_of_several_is_trusted()
    {
        await File.WriteAllTextAsync(Path.Combine(Folder, "one.pub"), Other.PublicPem, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(Folder, "two.pub"), Signer.PublicPem, TestContext.Current.CancellationToken);
        var image = Image("layer");
        Sign(image, App.ToString(), Signer);

        await AssertRejectedAsync(image, WritePolicy("""{"default":[{"type":"sigstoreSigned","keyPath":"one.pub"}]}"""));
        await CopyUnderPolicyAsync(image, WritePolicy("""{"default":[{"type":"sigstoreSigned","keyPaths":["one.pub","two.pub"]}]}"""));
    }

    [Fact]
    public async Task A_key_that_is_missing_or_unusable_accepts_no_image()
    {
        var image = Image("layer");
        Sign(image, App.ToString(), Signer);
        await File.WriteAllTextAsync(Path.Combine(Folder, "two.pem"), Signer.PublicPem + "\n" + Other.PublicPem,
            TestContext.Current.CancellationToken);
        var ed25519 = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(
            "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n"));

        Assert.Contains("default[0].keyPath", (await Assert.ThrowsAsync<PathNotFoundException>(() => CopyUnderPolicyAsync(
            image, WritePolicy("""{"default":[{"type":"sigstoreSigned","keyPath":"none.pub"}]}""")))).Message, StringComparison.Ordinal);
        Assert.Contains("several keys", (await Assert.ThrowsAsync<InvalidOptionException>(() => CopyUnderPolicyAsync(
            image, WritePolicy("""{"default":[{"type":"sigstoreSigned","keyPath":"two.pem"}]}""")))).Message, StringComparison.Ordinal);
        Assert.Contains("Ed25519", (await Assert.ThrowsAsync<UnsupportedContentException>(() => CopyUnderPolicyAsync(
            image, WritePolicy($$"""{"default":[{"type":"sigstoreSigned","keyData":"{{ed25519}}"}]}""")))).Message,
            StringComparison.Ordinal);
        using var small = TestSigner.Rsa(RSASignaturePadding.Pss, 1024);
        await Assert.ThrowsAsync<UnsupportedContentException>(() => CopyUnderPolicyAsync(image, Requires(small)));
        Assert.Empty(Target.Names);
    }

    // Rows: the image, the identity rule, the signed reference, and whether it is accepted.
    [Theory]
    [InlineData("a.b/c:1", """{"type":"matchExact"}""", "a.b/c:1", true)]
    [InlineData("a.b/c:1", """{"type":"matchExact"}""", "a.b/c:2", false)]
    [InlineData("a.b/c:1", """{"type":"matchExact"}""", "a.b/c", false)]
    [InlineData("a.b/c@DIGEST", """{"type":"matchExact"}""", "a.b/c:1", false)]
    [InlineData("a.b/c@DIGEST", """{"type":"matchRepoDigestOrExact"}""", "a.b/c:1", true)]
    [InlineData("a.b/c@DIGEST", """{"type":"matchRepoDigestOrExact"}""", "a.b/d:1", false)]
    [InlineData("a.b/c@DIGEST", """{"type":"matchRepoDigestOrExact"}""", "a.b/c", false)]
    [InlineData("a.b/c:1", """{"type":"matchRepoDigestOrExact"}""", "a.b/c:2", false)]
    [InlineData("a.b/c:1@DIGEST", """{"type":"matchRepoDigestOrExact"}""", "a.b/c:1", false)]
    [InlineData("a.b/c:1", """{"type":"matchRepository"}""", "a.b/c:2", true)]
    [InlineData("a.b/c:1", """{"type":"matchRepository"}""", "a.b/c", true)]
    [InlineData("a.b/c:1", """{"type":"matchRepository"}""", "a.b/c/d", false)]
    [InlineData("c:1", """{"type":"matchRepository"}""", "docker.io/library/c", true)]
    [InlineData("a.b/c:1", """{"type":"exactReference","dockerReference":"x.y/z:3"}""", "x.y/z:3", true)]
    [InlineData("a.b/c:1", """{"type":"exactReference","dockerReference":"x.y/z:3"}""", "x.y/z:4", false)]
    [InlineData("a.b/c:1", """{"type":"exactReference","dockerReference":"x.y/z:3"}""", "a.b/c:1", false)]
    [InlineData("a.b/c:1", """{"type":"exactRepository","dockerRepository":"x.y/z"}""", "x.y/z:4", true)]
    [InlineData("a.b/c:1", """{"type":"exactRepository","dockerRepository":"x.y/z"}""", "a.b/c:1", false)]
    [InlineData("mirror.b/hub/c:1", """{"type":"remapIdentity","prefix":"mirror.b/hub","signedPrefix":"x.y"}""", "x.y/c:1", true)]
    [InlineData("mirror.b/hub/c:1", """{"type":"remapIdentity","prefix":"mirror.b/hub","signedPrefix":"x.y"}""", "mirror.b/hub/c:1", false)]
    [InlineData("mirror.b/hub/c:1", """{"type":"remapIdentity","prefix":"mirror.b/hub","signedPrefix":"x.y"}""", "x.y/c:2", false)]
    [InlineData("mirror.b/hubs/c:1", """{"type":"remapIdentity","prefix":"mirror.b/hub","signedPrefix":"x.y"}""", "x.ys/c:1", false)]
    [InlineData("other.b/c:1", """{"type":"remapIdentity","prefix":"mirror.b","signedPrefix":"x.y"}""", "other.b/c:1", true)]
    [InlineData("mirror.b:5000/c:1", """{"type":"remapIdentity","prefix":"mirror.b","signedPrefix":"x.y"}""", "x.y:5000/c:1", false)]
    public async Task The_identity_rules_are_those_of_the_format(string name, string identity, string signedAs, bool isAccepted)
    {
        var image = Image("layer");
        Sign(image, signedAs, Signer);
        var reference = ImageReference.Parse(name.Replace("DIGEST", image.Digest.ToString(), StringComparison.Ordinal));
        if (isAccepted)
        {
            await CopyUnderPolicyAsync(image, Requires(Signer, identity), name: reference);
        }
        else
        {
            await AssertRejectedAsync(image, Requires(Signer, identity), name: reference);
        }
    }

    [Fact]
    public async Task A_file_that_is_too_large_missing_or_a_folder_is_an_error()
    {
        var large = Path.Combine(Folder, "large.json");
        await File.WriteAllBytesAsync(large, new byte[TrustLimits.Policy + 1], TestContext.Current.CancellationToken);

        Assert.Throws<LimitExceededException>(() => SignaturePolicy.Load(large));
        Assert.Throws<PathNotFoundException>(() => SignaturePolicy.Load(Path.Combine(Folder, "none.json")));
        Assert.Throws<InvalidOptionException>(() => SignaturePolicy.Load(Folder));
    }

    [Fact]
    public async Task A_policy_that_Windows_PowerShell_wrote_with_a_byte_order_mark_is_read()
    {
        var path = Path.Combine(Folder, "mark.json");
        await File.WriteAllTextAsync(path, $$"""{"default":{{Accept}}}""", new System.Text.UTF8Encoding(true),
            TestContext.Current.CancellationToken);

        var image = Image("layer");
        Assert.Equal(image.Digest, (await CopyUnderPolicyAsync(image, path)).Manifest.Digest);
    }

    [Fact]
    public void The_policy_that_distributions_install_is_read()
    {
        var policy = SignaturePolicy.Load(WritePolicy(
            """
            {"default":[{"type":"insecureAcceptAnything"}],
             "transports":{
               "docker":{"registry.access.redhat.com":[{"type":"signedBy","keyType":"GPGKeys",
                  "keyPaths":["/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release"]}]},
               "docker-daemon":{"":[{"type":"insecureAcceptAnything"}]}}}
            """));

        Assert.IsType<UnsupportedRequirement>(
            Assert.Single(policy.RequirementsFor(ImageReference.Parse("registry.access.redhat.com/ubi9:1"))));
        Assert.IsType<AcceptAnything>(Assert.Single(policy.RequirementsFor(App)));
    }
}
