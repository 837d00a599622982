using System.Text.Json;
using ImagePusher.Core.Inspection;

namespace ImagePusher.Output;

/// <summary>An in-toto attestation. Its signature is not verified.</summary>
public sealed class ImageAttestation
{
    /// <summary>The type of the predicate, such as <c>https://slsa.dev/provenance/v1</c>.</summary>
    public required string PredicateType { get; init; }

    /// <summary>The subjects: names with digests, <c>name@sha256:…</c>.</summary>
    public required TextList<string> Subject { get; init; }

    /// <summary>The content of the predicate; null if it has none.</summary>
    public object? Predicate { get; init; }

    /// <summary>The packages, if the predicate is an SBOM; otherwise empty.</summary>
    public required TextList<ImagePackage> Packages { get; init; }

    /// <summary>The full name of the attestation, by digest.</summary>
    public required string Reference { get; init; }

    /// <summary>The type of the predicate.</summary>
    public override string ToString() => PredicateType;

    internal static ImageAttestation Of(string reference, Statement statement) => new()
    {
        PredicateType = OutputText.Of(statement.PredicateType),
        Subject = OutputText.List(statement.Subjects.Select(
            subject => subject.Digest.Length > 0 ? $"{subject.Name}@{subject.Digest}" : subject.Name)),
        Predicate = statement.Predicate is { } predicate ? JsonObjects.Of(predicate) : null,
        Packages = new([.. (PackagesOf(statement.Predicate) ?? []).Select(package => ImagePackage.Of(reference, package))]),
        Reference = reference,
    };

    private static IReadOnlyList<SbomPackage>? PackagesOf(JsonElement? predicate) =>
        predicate is { } document ? AttachedDocument.Packages(document) : null;
}
