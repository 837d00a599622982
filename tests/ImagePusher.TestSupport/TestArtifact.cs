using System.Text;

namespace ImagePusher.TestSupport;

/// <summary>The bytes of an OCI artifact that refers to a manifest: a signature, an SBOM.</summary>
/// <param name="Type">Its artifact type.</param>
/// <param name="Manifest">Its manifest.</param>
/// <param name="Content">Its one layer.</param>
public sealed record TestArtifact(string Type, byte[] Manifest, byte[] Content)
{
    private const string IndexType = "application/vnd.oci.image.index.v1+json";

    /// <summary>The empty config that such manifests have.</summary>
    public static byte[] Config { get; } = "{}"u8.ToArray();

    /// <summary>The manifest's digest.</summary>
    public string Digest => Http.DigestOf(Manifest);

    /// <summary>An artifact about a manifest.</summary>
    /// <param name="type">Its artifact type.</param>
    /// <param name="content">The content.</param>
    /// <param name="subject">The manifest that it is about; null for one that only its tag ties to another.</param>
    public static TestArtifact Of(string type, string content, byte[]? subject)
    {
        var layer = Encoding.UTF8.GetBytes(content);
        var about = subject is null ? "" : $$""","subject":{{Descriptor(TestImage.ManifestType, subject)}}""";
        var manifest = $$"""
            {"schemaVersion":2,"mediaType":"{{TestImage.ManifestType}}","artifactType":"{{type}}",
            "config":{{Descriptor("application/vnd.oci.empty.v1+json", Config)}},"layers":[{{Descriptor(type, layer)}}]{{about}}}
            """;
        return new TestArtifact(type, Encoding.UTF8.GetBytes(manifest), layer);
    }

    /// <summary>The list that clients keep under the tag of a digest for registries without the referrers API.</summary>
    public static byte[] ListOf(params IEnumerable<TestArtifact> artifacts) => Encoding.UTF8.GetBytes(
        $$"""{"schemaVersion":2,"mediaType":"{{IndexType}}","manifests":[{{string.Join(',', artifacts.Select(Entry))}}]}""");

    private static string Entry(TestArtifact artifact) =>
        Descriptor(TestImage.ManifestType, artifact.Manifest)[..^1] + $",\"artifactType\":\"{artifact.Type}\"}}";

    /// <summary>The tag of such a list.</summary>
    public static string TagOf(string digest) => digest.Replace(':', '-');

    /// <summary>Puts it with its blobs into a repository.</summary>
    public void AddTo(RegistryStorage storage, string repository, string? tag = null)
    {
        storage.AddBlob(repository, Config);
        storage.AddBlob(repository, Content);
        storage.AddManifest(repository, Manifest, tag);
    }

    private static string Descriptor(string mediaType, byte[] content) =>
        $$"""{"mediaType":"{{mediaType}}","digest":"{{Http.DigestOf(content)}}","size":{{content.Length}}}""";
}
