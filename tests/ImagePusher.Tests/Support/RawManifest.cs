using System.Net.Http.Headers;
using System.Text.Json;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Support;

/// <summary>A manifest or index in a registry or a layout, read without code of the product.</summary>
internal sealed record RawManifest(byte[] Raw, string? MediaType)
{
    private static readonly string[] Types =
    [
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ];

    public string Digest => Http.DigestOf(Raw);

    /// <summary>The digests of its layers, lowest first.</summary>
    public IReadOnlyList<string> Layers => Digests("layers");

    /// <summary>The digests of an index's manifests.</summary>
    public IReadOnlyList<string> Manifests => Digests("manifests");

    /// <summary>The digest of its config.</summary>
    public string Config => Root.GetProperty("config").GetProperty("digest").GetString()!;

    /// <summary>Its text, taken apart.</summary>
    public JsonElement Root => JsonDocument.Parse(Raw).RootElement;

    /// <summary>Reads one of a registry.</summary>
    public static async Task<RawManifest> OfRegistryAsync(
        DockerRegistry registry, string repository, string tagOrDigest, CancellationToken cancellationToken,
        AuthenticationHeaderValue? authorization = null)
    {
        using var client = Http.NewClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(registry.Url, $"v2/{repository}/manifests/{tagOrDigest}"));
        request.Headers.Authorization = authorization;
        request.Headers.TryAddWithoutValidation("Accept", string.Join(", ", Types));
        using var answer = await client.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return new RawManifest(
            await answer.Content.ReadAsByteArrayAsync(cancellationToken), answer.Content.Headers.ContentType?.MediaType);
    }

    /// <summary>Reads the one that a layout has under a name, the annotation org.opencontainers.image.ref.name.</summary>
    public static RawManifest OfLayout(string layout, string name)
    {
        using var index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(layout, "index.json")));
        var entry = index.RootElement.GetProperty("manifests").EnumerateArray().Single(entry =>
            entry.TryGetProperty("annotations", out var annotations)
            && annotations.TryGetProperty("org.opencontainers.image.ref.name", out var text) && text.GetString() == name);
        return OfLayoutByDigest(layout, entry.GetProperty("digest").GetString()!);
    }

    /// <summary>Reads one of a layout by its digest.</summary>
    public static RawManifest OfLayoutByDigest(string layout, string digest) => new(File.ReadAllBytes(BlobOfLayout(layout, digest)), null);

    /// <summary>The path of a blob in a layout.</summary>
    public static string BlobOfLayout(string layout, string digest) => Path.Combine(layout, "blobs", "sha256", digest["sha256:".Length..]);

    private IReadOnlyList<string> Digests(string list) => Root.TryGetProperty(list, out var entries)
        ? [.. entries.EnumerateArray().Select(entry => entry.GetProperty("digest").GetString()!)]
        : [];
}
