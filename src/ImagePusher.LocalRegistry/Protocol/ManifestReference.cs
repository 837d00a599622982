using System.Net;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.LocalRegistry.Protocol;

/// <summary>The last part of a manifest's path: a tag or a digest.</summary>
internal readonly record struct ManifestReference(string? Tag, Digest? Digest)
{
    /// <summary>Parses one. A tag cannot contain ':', so a text with one is a digest.</summary>
    /// <exception cref="RequestRejectedException">400: the text is neither.</exception>
    public static ManifestReference Parse(string text) =>
        text.Contains(':', StringComparison.Ordinal)
            ? new(null, Core.Oci.Digest.TryParse(text, out var digest) ? digest : throw RequestRejectedException.BadDigest(text))
            : new(CheckTag(text), null);

    /// <summary>True if no manifest can have this reference, so that a pull gets 404 (distribution-spec, Pulling manifests).</summary>
    public static bool IsInvalidTag(string text) => !text.Contains(':', StringComparison.Ordinal) && !ReferenceGrammar.IsTag(text);

    /// <exception cref="RequestRejectedException">400: the text is not a tag.</exception>
    public static string CheckTag(string text) => ReferenceGrammar.IsTag(text)
        ? text
        : throw new RequestRejectedException(HttpStatusCode.BadRequest, ErrorCode.TagInvalid, "the tag is malformed");
}
