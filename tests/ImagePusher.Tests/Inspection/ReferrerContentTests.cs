using System.Collections;
using System.Management.Automation;
using System.Text;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Inspection;

/// <summary>Get-ReferrerContent returns the documents attached to an image as objects.</summary>
public sealed class ReferrerContentTests : IDisposable
{
    private const string Cyclone =
        """
            {"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","group":"org","name":"lib","version":"2",
            "purl":"pkg:maven/org/lib@2","licenses":[{"license":{"id":"Apache-2.0"}},
            {"license":{"name":"Own"}}],"components":[{"name":"inner\u001b"}]},7,{"version":"no name"}]}
            """;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Packages_and_attestations_are_objects_and_everything_else_is_bytes()
    {
        var storage = new RegistryStorage(_folder.FullName);
        await using var registry = await DockerRegistry.StartAsync(new DockerRegistryOptions { StorageFolder = _folder.FullName }, Token);
        using var engine = new Engine { ["image"] = AttestedImage.Add(storage, registry.Address) };
        var attached = (await engine.OutputAsync("Get-RegistryReferrer $image | Get-ReferrerContent", Token)).ToDictionary(
            item => item.BaseObject.GetType().Name, item => (dynamic)item);
        Assert.Equal(("musl", "1.2.5", "MIT", "pkg:apk/alpine/musl@1.2.5"),
            ((string)attached["ImagePackage"].Name, (string)attached["ImagePackage"].Version, (string)attached["ImagePackage"].License, (
                string)attached["ImagePackage"].PackageUrl));
        Assert.Equal(("https://slsa.dev/provenance/v1", "app@sha256:00", "me"),
            ((string)attached["ImageAttestation"].PredicateType, (string)attached["ImageAttestation"].Subject[0], (
                string?)((IDictionary)((IDictionary)attached["ImageAttestation"].Predicate)["builder"]!)["id"]));

        async Task<IReadOnlyList<PSObject>> ReadAsync(string type, string content, string options = "")
        {
            var artifact = TestArtifact.Of(type, content, null);
            artifact.AddTo(storage, "attested", "other");
            engine["other"] = $"{registry.Address}/attested:other";
            return await engine.OutputAsync($"Get-ReferrerContent $other {options}", Token);
        }

        var components = await ReadAsync("application/vnd.cyclonedx+json", Cyclone);
        Assert.Equal(["org/lib", @"inner\u001B"], components.Select(package => (string)package.Properties["Name"].Value));
        Assert.Equal("Apache-2.0 AND Own", components[0].Properties["License"].Value);
        var sbom = AttestedImage.Statement.Replace("""{"builder":{"id":"me"},"steps":[1,true,null]}""", AttestedImage.Spdx,
            StringComparison.Ordinal);
        var envelope = $$"""
            {"payloadType":"application/vnd.in-toto+json","payload":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(sbom))}}",
            "signatures":[]}
            """;
        foreach (var document in new[] { sbom, envelope,
            $$"""{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","dsseEnvelope":{{envelope}}}""" })
        {
            dynamic attestation = Assert.Single(await ReadAsync("application/vnd.in-toto+json", document));
            Assert.Equal("musl", (string)attestation.Packages[0].Name);
        }

        foreach (var (content, options) in new[] { ("not json", ""), ("[1,2]", ""),
            ("""{"payloadType":"application/vnd.in-toto+json","payload":"!"}""", ""), (AttestedImage.Spdx, "-Raw") })
        {
            Assert.Equal(Encoding.UTF8.GetBytes(content),
                (byte[])Assert.Single(await ReadAsync("application/octet-stream", content, options)).BaseObject);
        }

        var image = await engine.RunAsync("Get-ReferrerContent $image", Token);
        Assert.StartsWith("UnsupportedContent", Assert.Single(image.AllErrors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0,", 10, 128 * 1024 * 1024, "")]
    [InlineData("0,", 10, 128 * 1024 * 1024, "-Raw")]
    [InlineData("0,", 3_000_000, 0, "")]
    public async Task All_documents_of_an_artifact_together_are_limited(string value, int count, long stated, string options)
    {
        var storage = new RegistryStorage(_folder.FullName);
        await using var registry = await DockerRegistry.StartAsync(new DockerRegistryOptions { StorageFolder = _folder.FullName }, Token);
        var content = Encoding.UTF8.GetBytes($"[{new StringBuilder().Insert(0, value, count)}0]");
        var config = storage.AddBlob("many", TestArtifact.Config);
        var layer = storage.AddBlob("many", content);
        string Layer(string digest, long size) => $$"""{"mediaType":"application/json","digest":"{{digest}}","size":{{size}}}""";
        var second = stated > 0 ? Layer(Http.DigestOf("missing"u8.ToArray()), stated) : Layer(layer, content.Length);
        storage.AddManifest("many", Encoding.UTF8.GetBytes(
            $$"""
                {"schemaVersion":2,"mediaType":"{{TestImage.ManifestType}}","artifactType":"application/json",
                "config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"{{config}}","size":2},
                "layers":[{{Layer(layer, content.Length)}},{{second}}]}
                """), "1");
        using var engine = new Engine { ["image"] = $"{registry.Address}/many:1" };
        var outcome = await engine.RunAsync($"Get-ReferrerContent $image {options}", Token);
        Assert.Equal(content, (byte[])Assert.Single(outcome.Output).BaseObject);
        Assert.StartsWith("LimitExceeded", outcome.SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
