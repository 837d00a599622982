using System.Net;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.LocalRegistry;

/// <summary>What a manifest's path ends with: a tag or a digest.</summary>
internal readonly record struct ManifestName(string? Tag, Digest? Digest)
{
    /// <summary>Reads one; a tag has no ':', so that what has is meant as a digest.</summary>
    /// <exception cref="RefusedException">400: the text is neither.</exception>
    public static ManifestName Parse(string text) =>
        text.Contains(':', StringComparison.Ordinal)
            ? new(null, Core.Oci.Digest.TryParse(text, out var digest) ? digest : throw RefusedException.BadDigest(text))
            : new(CheckTag(text), null);

    /// <summary>True for a text that no tag can be: whoever asks for one finds nothing (distribution-spec, Pulling manifests: 404).</summary>
    public static bool IsNoTag(string text) => !text.Contains(':', StringComparison.Ordinal) && !ReferenceGrammar.IsTag(text);

    /// <summary>Gives a tag back if it is one.</summary>
    /// <exception cref="RefusedException">400: it is none.</exception>
    public static string CheckTag(string text) => ReferenceGrammar.IsTag(text)
        ? text
        : throw new RefusedException(HttpStatusCode.BadRequest, ErrorCode.TagInvalid, "the tag is malformed");
}
