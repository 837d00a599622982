namespace ImagePusher.Core.Oci;

/// <summary>
/// Tags that relate a manifest to a subject: cosign's <c>sha256-….sig</c>, and the list that clients keep where a registry has no
/// referrers API.
/// </summary>
/// <remarks>distribution-spec, Referrers Tag Schema; cosign, SIGNATURE_SPEC.md.</remarks>
internal static class SubjectTag
{
    private const string SignatureSuffix = ".sig";

    private static readonly string[] CosignSuffixes = [SignatureSuffix, ".att", ".sbom"];

    /// <summary>The tag under which clients keep the list of referrers.</summary>
    public static string ListOf(Digest digest) =>
        $"{digest.Algorithm}-{(digest.Encoded.Length > 64 ? digest.Encoded[..64] : digest.Encoded)}";

    /// <summary>The tags under which cosign keeps signatures, attestations and SBOMs of a manifest.</summary>
    public static IEnumerable<string> CosignTagsOf(Digest digest)
    {
        var stem = StemOf(digest);
        return stem.Length + 5 > 128 ? [] : CosignSuffixes.Select(suffix => stem + suffix);
    }

    /// <summary>The tag under which cosign keeps the signatures of a manifest.</summary>
    public static string SignatureOf(Digest digest) => StemOf(digest) + SignatureSuffix;

    /// <summary>The subject of a cosign tag; null for any other tag.</summary>
    public static Digest? CosignSubjectOf(string? tag) =>
        tag is not null && Array.Find(CosignSuffixes, suffix => tag.EndsWith(suffix, StringComparison.Ordinal)) is { } found
            ? Parse(tag[..^found.Length]) : null;

    /// <summary>The subject whose list of referrers a tag names; null for any other tag.</summary>
    public static Digest? ListSubjectOf(string? tag) => tag is null ? null : Parse(tag);

    /// <summary>
    /// The tag under which the list of the same subject would be, for such a list and for the tags of cosign, also later ones; null for
    /// any other tag. Unlike a digest it can be reported from every such tag: the list of a sha512 subject has a part of its digest only.
    /// </summary>
    public static string? ListTagOf(string tag)
    {
        var stem = tag.Split('.')[0];
        var dash = stem.IndexOf('-', StringComparison.Ordinal);
        return dash > 0 && DigestAlgorithm.Find(stem.AsSpan(0, dash)) is not null && stem.Length > dash + 64
            && stem[(dash + 1)..].All(char.IsAsciiHexDigitLower) ? stem[..(dash + 65)] : null;
    }

    /// <summary>True for a tag under which cosign keeps signatures.</summary>
    public static bool IsSignature(string tag) => tag.EndsWith(SignatureSuffix, StringComparison.Ordinal);

    private static string StemOf(Digest digest) => $"{digest.Algorithm}-{digest.Encoded}";

    private static Digest? Parse(string stem) =>
        stem.IndexOf('-', StringComparison.Ordinal) is var dash and > 0
            && Digest.TryParse($"{stem[..dash]}:{stem[(dash + 1)..]}", out var digest) ? digest : null;
}
