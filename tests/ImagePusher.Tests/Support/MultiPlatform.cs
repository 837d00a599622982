using System.Text;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Support;

/// <summary>An index of three platforms, each with an attestation, as buildkit makes them; written as an OCI layout.</summary>
internal sealed class MultiPlatform
{
    private const string Oci = "application/vnd.oci.image";

    private readonly string _blobs;

    private MultiPlatform(string folder)
    {
        (Layout, _blobs) = (folder, Directory.CreateDirectory(Path.Combine(folder, "blobs", "sha256")).FullName);
        var entries = Platforms.Select(Image).ToList();
        entries.AddRange(Platforms.Zip(Images, Attestation).ToList());
        Index = Encoding.UTF8.GetBytes(
            $$"""{"schemaVersion":2,"mediaType":"{{Oci}}.index.v1+json","manifests":[{{string.Join(',', entries)}}]}""");
        var root = Blob(Index, $"{Oci}.index.v1+json",
            ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"example.com/team/multi:1\"}");
        File.WriteAllText(Path.Combine(folder, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
        File.WriteAllText(Path.Combine(folder, "index.json"), $$"""{"schemaVersion":2,"manifests":[{{root}}]}""");
    }

    public static IReadOnlyList<string> Platforms { get; } = ["linux/amd64", "linux/arm64/v8", "linux/s390x"];

    /// <summary>The layout's folder.</summary>
    public string Layout { get; }

    /// <summary>The index's bytes.</summary>
    public byte[] Index { get; }

    /// <summary>The index's digest.</summary>
    public string Digest => Http.DigestOf(Index);

    /// <summary>The digests of the images, in the order of <see cref="Platforms"/>.</summary>
    public List<string> Images { get; } = [];

    /// <summary>The digests of their layers.</summary>
    public List<string> Layers { get; } = [];

    /// <summary>The digests of the attestations about them.</summary>
    public List<string> Attestations { get; } = [];

    /// <summary>Whether a blob is the index or one of its manifests.</summary>
    public bool IsManifest(string digest) => digest == Digest || Images.Contains(digest) || Attestations.Contains(digest);

    /// <summary>Writes one into a folder.</summary>
    public static MultiPlatform Write(string folder) => new(folder);

    private string Image(string platform)
    {
        var layer = LayerTar.Of("platform", platform);
        var parts = platform.Split('/');
        var variant = parts.Length > 2 ? $",\"variant\":\"{parts[2]}\"" : "";
        var described = $"\"architecture\":\"{parts[1]}\",\"os\":\"{parts[0]}\"{variant}";
        var config = Encoding.UTF8.GetBytes(
            $$$"""{{{{described}}},"rootfs":{"type":"layers","diff_ids":["{{{Http.DigestOf(layer)}}}"]}}""");
        Layers.Add(Http.DigestOf(layer));
        var manifest = Manifest(Blob(config, $"{Oci}.config.v1+json"), Blob(layer, $"{Oci}.layer.v1.tar"));
        Images.Add(Http.DigestOf(manifest));
        return Blob(manifest, $"{Oci}.manifest.v1+json", $",\"platform\":{{{described}}}");
    }

    private string Attestation(string platform, string image)
    {
        var config = Encoding.UTF8.GetBytes(
            """{"architecture":"unknown","os":"unknown","config":{},"rootfs":{"type":"layers","diff_ids":[]}}""");
        var statement = Encoding.UTF8.GetBytes($$"""{"_type":"https://in-toto.io/Statement/v0.1","about":"{{platform}}"}""");
        var manifest = Manifest(Blob(config, $"{Oci}.config.v1+json"), Blob(statement, "application/vnd.in-toto+json"));
        Attestations.Add(Http.DigestOf(manifest));
        return Blob(
            manifest, $"{Oci}.manifest.v1+json",
            $$""","platform":{"architecture":"unknown","os":"unknown"},"""
                + $$""" "annotations":{"vnd.docker.reference.type":"attestation-manifest","vnd.docker.reference.digest":"{{image}}"}""");
    }

    private static byte[] Manifest(string config, string layer) =>
        Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{Oci}}.manifest.v1+json","config":{{config}},"layers":[{{layer}}]}""");

    private string Blob(byte[] content, string mediaType, string more = "")
    {
        File.WriteAllBytes(Path.Combine(_blobs, Http.DigestOf(content)["sha256:".Length..]), content);
        return $$"""{"mediaType":"{{mediaType}}","digest":"{{Http.DigestOf(content)}}","size":{{content.Length}}{{more}}}""";
    }
}
