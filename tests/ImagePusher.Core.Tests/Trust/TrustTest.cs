using System.Text;
using System.Text.Json;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Tests.Transfer;
using ImagePusher.Core.Transfer;
using ImagePusher.Core.Trust;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Trust;

/// <summary>The base class of tests of signatures: a signed image in memory, policies, and copies under a policy.</summary>
public abstract class TrustTest : TransferTest
{
    private readonly TransferSlots _slots = new();
    private readonly TemporaryFolder _folder = new();

    private protected static ImageReference App { get; } = ImageReference.Parse("registry.example/team/app:1");

    private protected TestSigner Signer { get; } = TestSigner.Ecdsa();

    private protected TestSigner Other { get; } = TestSigner.Ecdsa();

    private protected string Folder => _folder.FullName;

    /// <summary>A simple signing payload with the specified fields.</summary>
    private protected static byte[] Payload(string digest, string reference, string optional = "null") => Encoding.UTF8.GetBytes(
        $$$"""
            {"critical":{"identity":{"docker-reference":"{{{reference}}}"},"image":{"docker-manifest-digest":"{{{digest}}}"},
            "type":"cosign container image signature"},"optional":{{{optional}}}}
            """);

    /// <summary>Puts signatures under cosign's tag of an image.</summary>
    private protected void Tag(Manifest image, params (byte[] Payload, byte[] Signature)[] signatures) => TagLayers(
        image, [.. signatures.Select(pair => Source.Add(pair.Payload, SignatureReader.SimpleSigningType) with
        {
            Annotations = new Dictionary<string, string> { [SignatureReader.SignatureKey] = Convert.ToBase64String(pair.Signature) },
        })]);

    private protected Manifest TagLayers(Manifest image, params Descriptor[] layers)
    {
        var config = Source.Add("{}"u8.ToArray(), MediaTypes.OciConfig);
        var manifest = Source.Add(ImageManifest.Create(MediaTypes.OciManifest, config, layers));
        Source.Tagged[image.Digest] = [new TaggedReferrer($"sha256-{image.Digest.Encoded}.sig", manifest.Descriptor)];
        return manifest;
    }

    private protected void AddBundle(Manifest image, string annotation) => Add(
        $$$"""
            {"schemaVersion":2,"artifactType":"application/vnd.dev.sigstore.bundle.v0.3+json",
            "config":{{{Json(image.Descriptor)}}},"layers":[],"subject":{{{Json(image.Descriptor)}}},
            "annotations":{"a":{{{annotation}}} } }
            """,
        MediaTypes.OciManifest);

    /// <summary>Signs an image as cosign does.</summary>
    private protected void Sign(Manifest image, string reference, params TestSigner[] signers)
    {
        var payload = Payload(image.Digest.ToString(), reference);
        Tag(image, [.. signers.Select(signer => (payload, signer.Sign(payload)))]);
    }

    private protected async Task<IReadOnlyList<SignatureVerdict>> VerifyAsync(
        Manifest image, SignatureTrust? trust = null, IdentityRule? rule = null, ImageReference? name = null) =>
        [.. (await SignatureReader.ReadAsync(Source, image, TestContext.Current.CancellationToken)).Select(
            signature => SignatureVerdict.Of(signature, image.Digest, name ?? App, trust ?? Signer.Trust,
                rule ?? new MatchRepoDigestOrExact()))];

    /// <summary>A policy that requires a signature of a signer for everything.</summary>
    private protected string Requires(TestSigner signer, string identity = "") => WritePolicy(
        $$"""{"default":[{{Requirement(signer, identity)}}]}""");

    private protected static string Requirement(TestSigner signer, string identity = "") =>
        $$"""{"type":"sigstoreSigned","keyData":{{JsonSerializer.Serialize(Encoding.ASCII.GetBytes(signer.PublicPem))}}"""
            + $$"""{{(identity.Length > 0 ? $",\"signedIdentity\":{identity}" : "")}}}""";

    private protected string WritePolicy(string json)
    {
        var path = Path.Combine(Folder, $"{Guid.NewGuid():N}.json");
        File.WriteAllText(path, json);
        return path;
    }

    private protected Task<CopyResult> CopyUnderPolicyAsync(
        Manifest image, string policy, CopyOptions? options = null, ImageReference? name = null) =>
        new ImageCopier(_slots, Encodings).CopyAsync(
            new ImageSelection(Source, image.Descriptor) { Name = name ?? App }, Target, name ?? App,
            (options ?? new CopyOptions()) with { Logger = Log, Policy = SignaturePolicy.Load(policy) }, new CopyMonitor(),
            TestContext.Current.CancellationToken);

    /// <summary>Asserts that the copy is rejected and that the target was not touched.</summary>
    private protected async Task<SignatureRejectedException> AssertRejectedAsync(
        Manifest image, string policy, CopyOptions? options = null, ImageReference? name = null)
    {
        var error = await Assert.ThrowsAsync<SignatureRejectedException>(() => CopyUnderPolicyAsync(image, policy, options, name));
        Assert.Empty(Target.Names);
        Assert.Empty(Target.Blobs);
        Assert.Empty(Target.Manifests);
        return error;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _slots.Dispose();
        _folder.Dispose();
        Signer.Dispose();
        Other.Dispose();
    }
}
