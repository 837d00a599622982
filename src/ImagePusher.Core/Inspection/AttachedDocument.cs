using System.Text.Json;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Inspection;

/// <summary>A package of an SBOM.</summary>
internal sealed record SbomPackage(string Name, string? Version, string? PackageUrl, string? License, string? Kind, string? Supplier);

/// <summary>An in-toto statement.</summary>
/// <param name="PredicateType">The type of the predicate.</param>
/// <param name="Subjects">The subjects: names with their digests.</param>
/// <param name="Predicate">The content of the predicate.</param>
internal sealed record Statement(string PredicateType, IReadOnlyList<(string Name, string Digest)> Subjects, JsonElement? Predicate);

/// <summary>Recognizes the documents that are attached to images: SBOMs and attestations.</summary>
/// <remarks>SPDX 2.3 and 3.0, CycloneDX 1.6, in-toto Statement 1.0, DSSE 1.0, sigstore bundle 0.3.</remarks>
internal static class AttachedDocument
{
    private const int Depth = 16;

    /// <summary>Parses a document.</summary>
    /// <param name="content">Its bytes.</param>
    /// <param name="values">The number of values of the documents that were read before; this one's are added.</param>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="LimitExceededException">It has too many values, with those before.</exception>
    public static JsonElement Read(ReadOnlyMemory<byte> content, ref int values)
    {
        Measure(new Utf8JsonReader(content.Span), ref values);
        using var document = JsonDocument.Parse(content);
        return document.RootElement.Clone();
    }

    private static void Measure(Utf8JsonReader reader, ref int values)
    {
        while (reader.Read())
        {
            values += reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.EndArray or JsonTokenType.EndObject ? 0 : 1;
            if (values > InspectionLimits.DocumentValues)
            {
                throw new LimitExceededException(
                    $"The documents have more than {InspectionLimits.DocumentValues:N0} values.",
                    "Read it as bytes, and parse it with a program that needs less memory.");
            }
        }
    }

    /// <summary>The packages of an SBOM; null if the document is not an SBOM.</summary>
    public static IReadOnlyList<SbomPackage>? Packages(JsonElement root) =>
        root.Text("spdxVersion") is not null ? [.. List(root, "packages").Select(SpdxPackage).OfType<SbomPackage>()]
        : root.Text("bomFormat") == "CycloneDX" ? [.. Components(root, Depth)]
        : root.Property("@graph") is { ValueKind: JsonValueKind.Array } graph && IsSpdx3(root)
            ? [.. graph.EnumerateArray().Select(Spdx3Package).OfType<SbomPackage>()]
        : null;

    /// <summary>The statement of an attestation, also one in an envelope; null if the document is not an attestation.</summary>
    public static Statement? Attestation(JsonElement root)
    {
        if (StatementOf(root) is { } statement)
        {
            return statement;
        }

        // An envelope in an envelope is not opened: each would be held in memory until the innermost one is read.
        var envelope = root.Property("dsseEnvelope") ?? root;
        return envelope.Text("payloadType")?.Contains("in-toto", StringComparison.Ordinal) == true
            && Parse(envelope.Text("payload")) is { } payload ? StatementOf(payload) : null;
    }

    private static Statement? StatementOf(JsonElement root) =>
        root.Text("_type")?.StartsWith("https://in-toto.io/Statement/", StringComparison.Ordinal) == true
            ? new Statement(root.Text("predicateType") ?? "", [.. List(root, "subject").SelectMany(SubjectsOf)], root.Property("predicate"))
            : null;

    private static JsonElement? Parse(string? payload)
    {
        try
        {
            var values = 0;
            return payload is null ? null : Read(Convert.FromBase64String(payload), ref values);
        }
        catch (Exception error) when (error is FormatException or JsonException)
        {
            return null;
        }
    }

    private static IEnumerable<(string Name, string Digest)> SubjectsOf(JsonElement subject)
    {
        var name = subject.Text("name") ?? "";
        return subject.Property("digest") is { ValueKind: JsonValueKind.Object } digests
            ? digests.EnumerateObject().Select(digest => (name, $"{OciJson.NameOf(digest)}:{digest.Value.Text()}"))
            : [(name, "")];
    }

    private static IEnumerable<JsonElement> List(JsonElement element, string name) =>
        element.Property(name) is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object) : [];

    private static SbomPackage? SpdxPackage(JsonElement package) => package.Text("name") is not { } name ? null : new SbomPackage(
        name, package.Text("versionInfo"),
        List(package, "externalRefs").Where(reference => reference.Text("referenceType") == "purl")
            .Select(reference => reference.Text("referenceLocator")).FirstOrDefault(),
        Known(package.Text("licenseConcluded")) ?? Known(package.Text("licenseDeclared")),
        package.Text("primaryPackagePurpose"), Known(package.Text("supplier")));

    private static bool IsSpdx3(JsonElement root) =>
        root.Text("@context")?.Contains("spdx.org", StringComparison.Ordinal) == true;

    private static SbomPackage? Spdx3Package(JsonElement element) =>
        element.Text("type") is "software_Package" or "Package" && element.Text("name") is { } name
            ? new SbomPackage(
                name, element.Text("software_packageVersion"), element.Text("software_packageUrl"), null,
                element.Text("software_primaryPurpose"), null)
            : null;

    private static string? Known(string? value) => value is "NOASSERTION" or "NONE" ? null : value;

    private static IEnumerable<SbomPackage> Components(JsonElement parent, int depth)
    {
        foreach (var component in depth > 0 ? List(parent, "components") : [])
        {
            if (component.Text("name") is { } name)
            {
                var group = component.Text("group");
                yield return new SbomPackage(
                    group is null ? name : $"{group}/{name}", component.Text("version"), component.Text("purl"), License(component),
                    component.Text("type"), component.Property("supplier")?.Text("name"));
            }

            foreach (var inner in Components(component, depth - 1))
            {
                yield return inner;
            }
        }
    }

    private static string? License(JsonElement component)
    {
        var licenses = List(component, "licenses")
            .Select(item => item.Text("expression") ?? item.Property("license")?.Text("id") ?? item.Property("license")?.Text("name"))
            .OfType<string>().ToList();
        return licenses.Count > 0 ? string.Join(" AND ", licenses) : null;
    }
}
