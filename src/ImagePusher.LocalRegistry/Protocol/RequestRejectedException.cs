using System.Net;
using ImagePusher.Core.Oci;

namespace ImagePusher.LocalRegistry.Protocol;

/// <summary>A request that is answered with an error: a status, one or more errors of one code, and headers that belong to it.</summary>
internal sealed class RequestRejectedException(HttpStatusCode status, string code, string message) : Exception(message)
{
    public HttpStatusCode Status { get; } = status;

    public string Code { get; } = code;

    /// <summary>The subjects of the error, each reported as one error; empty for a single error without a subject.</summary>
    public IReadOnlyList<string> Details { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public static RequestRejectedException BadDigest(string? digest) => new(
        HttpStatusCode.BadRequest,
        ErrorCode.DigestInvalid,
        digest is null ? "the digest is missing"
        : Digest.AlgorithmOf(digest) is null ? "the digest is malformed"
        : $"the digest's algorithm is not supported; {string.Join(" and ", DigestAlgorithm.All)} are");

    public static RequestRejectedException UnknownManifest(string reference) =>
        new(HttpStatusCode.NotFound, ErrorCode.ManifestUnknown, "manifest unknown to this repository") { Details = [reference] };

    public static RequestRejectedException UnknownBlob(string digest) =>
        new(HttpStatusCode.NotFound, ErrorCode.BlobUnknown, "blob unknown to this registry") { Details = [digest] };

    public static RequestRejectedException UnknownUpload() =>
        new(HttpStatusCode.NotFound, ErrorCode.BlobUploadUnknown, "upload unknown, completed or cancelled");

    public static RequestRejectedException NotAllowed(string allowed) =>
        new(HttpStatusCode.MethodNotAllowed, ErrorCode.Unsupported,
            "this method is not supported here")
        { Headers = [new("Allow", allowed)] };
}
