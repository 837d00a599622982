using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;

namespace ImagePusher.LocalRegistry.Tests;

/// <summary>One of the conformance suite's sets of content: blobs, manifests in push order, tags, and references between them.</summary>
/// <remarks>distribution-spec, conformance/run.go (GenerateData) and testdata.go, read in 2026.</remarks>
internal sealed class ConformanceSet(HashAlgorithmName? hash = null)
{
    public const string ExampleType = "application/vnd.example.oci.conformance.v1";
    private static int _seed = 1000;

    /// <summary>The names of the sets; <see cref="Make"/> makes one.</summary>
    public static readonly string[] Names =
    [
        "image", "large-manifest", "index", "nested-index", "empty-index", "artifact", "artifact-index", "artifact-without-layers",
        "artifacts-with-subject", "index-with-subject", "missing-subject", "data-field", "non-distributable-layers", "custom-fields",
        "no-layers", "sha512", "tag-param-sha256", "tag-param-sha512",
    ];

    private readonly HashAlgorithmName _hash = hash ?? HashAlgorithmName.SHA256;

    public Dictionary<string, byte[]> Blobs { get; } = [];

    public List<(string Digest, JsonObject Document, byte[] Bytes)> Manifests { get; } = [];

    public Dictionary<string, string> Tags { get; } = [];

    /// <summary>True where tags are pushed together with digests.</summary>
    public bool WithTagParameters { get; private init; }

    public static ConformanceSet Make(string name)
    {
        var set = new ConformanceSet(name.EndsWith("sha512", StringComparison.Ordinal) ? HashAlgorithmName.SHA512 : null)
        {
            WithTagParameters = name.StartsWith("tag-param", StringComparison.Ordinal),
        };
        set.Fill(name);
        return set;
    }

    private void Fill(string name)
    {
        var missing = Descriptor(MediaTypes.OciManifest, "missing content"u8.ToArray());
        switch (name)
        {
            case "image":
                Image(name);
                break;
            case "large-manifest":
                Image(name, manifest => manifest["annotations"] = new JsonObject(
                    Enumerable.Range(0, 390)
                        .Select(number => KeyValuePair.Create($"large-annotation-{number}", (JsonNode?)new string('A', 10_000)))));
                break;
            case "index" or "sha512":
                IndexOfTwo(name == "index" ? name : null);
                break;
            case "nested-index":
                Add(Documents.Index(IndexOfTwo(null), IndexOfTwo(null)), "index-of-index");
                break;
            case "empty-index":
                Add(Documents.Index(), "index");
                break;
            case "artifact":
                Artifact(name, null, Random(2048));
                break;
            case "artifact-without-layers":
                Artifact(name, null, Documents.EmptyJson);
                break;
            case "artifact-index":
                Add(Typed(Documents.Index(Artifact(null, null, Random(2048)), Artifact(null, null, Random(2048)))), name);
                break;
            case "artifacts-with-subject":
                var image = Image("image");
                Image(null, manifest => manifest["subject"] = image.DeepClone());
                Artifact("tagged-artifact1", image, Random(2048));
                Artifact("tagged-artifact2", image, Random(2048), "application/vnd.example.oci.conformance.v2");
                break;
            case "index-with-subject":
                var index = IndexOfTwo("index");
                Add(Typed(Documents.Index(Artifact(null, index, Random(2048)), Artifact(null, index, Random(2048))), index),
                    "tagged-artifact");
                break;
            case "missing-subject":
                Artifact("tagged-artifact", missing, Random(2048));
                break;
            case "data-field":
                Image(name, manifest => manifest["config"]!["data"] = Convert.ToBase64String(Random(20)));
                break;
            case "non-distributable-layers":
                Image(name, manifest => manifest["layers"]!.AsArray().Insert(0, Foreign()));
                break;
            case "custom-fields":
                Image(name, manifest => manifest["org.custom"] = "value");
                break;
            case "no-layers":
                Image(name, manifest => manifest["layers"] = new JsonArray());
                break;
            default:
                IndexOfTwo(name);
                var digests = Manifests.Select(manifest => manifest.Digest).ToList();
                digests.ForEach(digest => Tags[$"{name}-{digests.IndexOf(digest)}"] = digest);
                break;
        }
    }

    private JsonObject Image(string? tag, Action<JsonObject>? change = null)
    {
        var manifest = Documents.Manifest(
            Blob(MediaTypes.OciConfig,
                System.Text.Encoding.UTF8.GetBytes($$"""{"author":"conformance","architecture":"amd64","os":"linux","n":{{_seed++}}}""")),
            Blob(MediaTypes.OciLayerGzip, Random(300)),
            Blob(MediaTypes.OciLayerGzip, Random(300)));
        change?.Invoke(manifest);
        return Add(manifest, tag);
    }

    private JsonObject IndexOfTwo(string? tag) => Add(Documents.Index(Image(null), Image(null)), tag);

    private JsonObject Artifact(string? tag, JsonObject? subject, byte[] layer, string type = ExampleType)
    {
        var manifest = Documents.Manifest(Blob(Documents.EmptyType, Documents.EmptyJson), Blob(type, layer));
        return Add(Typed(manifest, subject, type), tag);
    }

    private static JsonObject Typed(JsonObject document, JsonObject? subject = null, string type = ExampleType)
    {
        document["artifactType"] = type;
        document["annotations"] = new JsonObject { ["org.opencontainers.conformance"] = "hello", ["org.example.unique"] = $"{_seed++}" };
        if (subject is not null)
        {
            document["subject"] = subject.DeepClone();
        }

        return document;
    }

    private JsonObject Foreign()
    {
        var layer = Descriptor(MediaTypes.OciForeignLayerPrefix + "+gzip", Random(50));
        layer["urls"] = new JsonArray("https://store.example.com/blobs/1");
        return layer;
    }

    private JsonObject Blob(string mediaType, byte[] content)
    {
        var descriptor = Descriptor(mediaType, content);
        Blobs[descriptor["digest"]!.GetValue<string>()] = content;
        return descriptor;
    }

    private JsonObject Add(JsonObject document, string? tag)
    {
        var bytes = document.Bytes();
        var descriptor = Descriptor(document["mediaType"]!.GetValue<string>(), bytes);
        var digest = descriptor["digest"]!.GetValue<string>();
        Manifests.Add((digest, document, bytes));
        if (tag is not null)
        {
            Tags[tag] = digest;
        }

        return descriptor;
    }

    private JsonObject Descriptor(string mediaType, byte[] content) => Documents.Descriptor(mediaType, content, _hash);

    private static byte[] Random(int count) => Http.RandomBytes(count, Interlocked.Increment(ref _seed));
}
