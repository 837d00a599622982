using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ImagePusher.Core.Oci;

namespace ImagePusher.LocalRegistry.Tests;

/// <summary>Builds manifests and indexes in JSON.</summary>
internal static class Documents
{
    public const string EmptyType = "application/vnd.oci.empty.v1+json";

    public static readonly byte[] EmptyJson = "{}"u8.ToArray();

    public static string DigestOf(byte[] content, HashAlgorithmName? hash = null) =>
        Digest.Of(content, hash ?? HashAlgorithmName.SHA256).ToString();

    public static JsonObject Descriptor(string mediaType, byte[] content, HashAlgorithmName? hash = null) =>
        new() { ["mediaType"] = mediaType, ["digest"] = DigestOf(content, hash), ["size"] = content.Length };

    public static JsonObject Manifest(JsonObject config, params IEnumerable<JsonObject> layers) => new()
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = MediaTypes.OciManifest,
        ["config"] = config.DeepClone(),
        ["layers"] = new JsonArray([.. layers.Select(layer => layer.DeepClone())]),
    };

    public static JsonObject Index(params IEnumerable<JsonObject> manifests) => new()
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = MediaTypes.OciIndex,
        ["manifests"] = new JsonArray([.. manifests.Select(manifest => manifest.DeepClone())]),
    };

    /// <summary>An artifact with a subject, whose only blob is the empty JSON object.</summary>
    public static JsonObject Artifact(string artifactType, JsonObject? subject, string note = "x")
    {
        var empty = Descriptor(EmptyType, EmptyJson);
        var manifest = Manifest(empty, empty);
        manifest["artifactType"] = artifactType;
        manifest["subject"] = subject?.DeepClone();
        manifest["annotations"] = new JsonObject { ["org.example.note"] = note };
        if (subject is null)
        {
            manifest.Remove("subject");
        }

        return manifest;
    }

    public static byte[] Bytes(this JsonObject document) => System.Text.Encoding.UTF8.GetBytes(document.ToJsonString());
}
