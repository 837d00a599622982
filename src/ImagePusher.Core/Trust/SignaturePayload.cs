using System.Text.Json;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Trust;

/// <summary>The content of a signature: a digest and a reference.</summary>
/// <param name="Digest">The digest of the signed manifest, as text.</param>
/// <param name="Reference">The signed reference; null if the signature names none.</param>
/// <param name="Annotations">The annotations of the signer.</param>
internal sealed record SignaturePayload(string Digest, string? Reference, IReadOnlyDictionary<string, string> Annotations)
{
    private const string SignatureType = "cosign container image signature";
    private const string StatementType = "https://in-toto.io/Statement/v1";
    private const string OldStatementType = "https://in-toto.io/Statement/v0.1";
    private const string SignPredicate = "https://sigstore.dev/cosign/sign/v1";

    private static readonly string[] TopNames = ["critical", "optional"];
    private static readonly string[] CriticalNames = ["identity", "image", "type"];
    private static readonly string[] IdentityNames = ["docker-reference"];
    private static readonly string[] ImageNames = ["docker-manifest-digest"];

    /// <summary>Reads a simple signing payload (containers/image, docs/containers-signature.5.md; cosign, SIGNATURE_SPEC.md).</summary>
    /// <exception cref="FormatException">It is anything but such a payload.</exception>
    public static SignaturePayload ReadSimpleSigning(ReadOnlyMemory<byte> json)
    {
        using var document = StrictJson.Parse(json);
        var top = StrictJson.Object(document.RootElement, TopNames, "");
        var critical = StrictJson.Object(Required(top, "critical", ""), CriticalNames, "critical");
        var image = StrictJson.Object(Required(critical, "image", "critical"), ImageNames, "critical.image");
        var identity = StrictJson.Object(Required(critical, "identity", "critical"), IdentityNames, "critical.identity");
        var type = StrictJson.Text(critical, "type", "critical");
        return type == SignatureType
            ? new SignaturePayload(
                StrictJson.Text(image, ImageNames[0], "critical.image"),
                StrictJson.Text(identity, IdentityNames[0], "critical.identity"),
                Annotated(Required(top, "optional", ""), "optional"))
            : throw new FormatException($"critical.type is '{type}', not '{SignatureType}'");
    }

    /// <summary>
    /// Reads an in-toto statement that signs an image, as sigstore bundles hold it; null for a statement that attests something else.
    /// </summary>
    /// <exception cref="FormatException">It is not an in-toto statement about one subject.</exception>
    public static SignaturePayload? ReadStatement(ReadOnlyMemory<byte> json)
    {
        using var document = StrictJson.Parse(json);
        var top = StrictJson.Object(document.RootElement, "");
        if (StrictJson.Text(top, "_type", "") is var type and not (StatementType or OldStatementType))
        {
            throw new FormatException($"_type is '{type}', not an in-toto statement");
        }

        if (StrictJson.Text(top, "predicateType", "") != SignPredicate)
        {
            return null;
        }

        var subjects = StrictJson.List(Required(top, "subject", ""), "subject");
        if (subjects.Count > 1)
        {
            throw new FormatException("it is about several subjects");
        }

        var subject = StrictJson.Object(subjects[0], "subject[0]");
        var digests = StrictJson.Object(Required(subject, "digest", "subject[0]"), "subject[0].digest");
        var digest = digests.Count == 1 ? digests.First() : throw new FormatException("its subject does not have one digest");
        return new SignaturePayload(
            $"{digest.Key}:{StrictJson.Text(digest.Value, "subject[0].digest")}",
            subject.TryGetValue("name", out var name) && StrictJson.Text(name, "subject[0].name") is { Length: > 0 } text ? text : null,
            subject.TryGetValue("annotations", out var annotations) ? Annotated(annotations, "subject[0].annotations")
                : Descriptor.EmptyAnnotations);
    }

    /// <summary>Writes a simple signing payload; the same input results in the same bytes.</summary>
    public static byte[] WriteSimpleSigning(Digest digest, ImageReference reference, IReadOnlyDictionary<string, string> annotations) =>
        OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartObject("critical");
            writer.WriteStartObject("identity");
            writer.WriteString("docker-reference", reference.ToString());
            writer.WriteEndObject();
            writer.WriteStartObject("image");
            writer.WriteString("docker-manifest-digest", digest.ToString());
            writer.WriteEndObject();
            writer.WriteString("type", SignatureType);
            writer.WriteEndObject();
            writer.WriteStartObject("optional");
            foreach (var (name, value) in annotations.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        });

    private static JsonElement Required(Dictionary<string, JsonElement> properties, string name, string place) =>
        properties.TryGetValue(name, out var value) ? value
        : throw StrictJson.Invalid(StrictJson.Join(place, name), "is missing");

    // cosign writes null if there are none. Values of other types, such as skopeo's timestamp, are shown as JSON.
    private static IReadOnlyDictionary<string, string> Annotated(JsonElement element, string place) =>
        element.ValueKind == JsonValueKind.Null ? Descriptor.EmptyAnnotations
        : StrictJson.Object(element, place).ToDictionary(
            pair => pair.Key, pair => pair.Value.Text() ?? pair.Value.GetRawText(), StringComparer.Ordinal);
}
