using System.Net;

namespace ImagePusher.LocalRegistry;

/// <summary>A request that is answered with an error: status, one or more errors of one code, and headers that belong to it.</summary>
internal sealed class RefusedException(HttpStatusCode status, string code, string message) : Exception(message)
{
    public HttpStatusCode Status { get; } = status;

    public string Code { get; } = code;

    /// <summary>What the error is about: an error for each; none for one error without.</summary>
    public IReadOnlyList<string> Details { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public static RefusedException BadDigest(string? digest) => new(
        HttpStatusCode.BadRequest,
        ErrorCode.DigestInvalid,
        digest is null ? "the digest is missing" : "the digest is malformed or of an algorithm other than sha256 and sha512");

    public static RefusedException UnknownManifest(string reference) =>
        new(HttpStatusCode.NotFound, ErrorCode.ManifestUnknown, "there is no such manifest in this repository") { Details = [reference] };

    public static RefusedException UnknownBlob(string digest) =>
        new(HttpStatusCode.NotFound, ErrorCode.BlobUnknown, "there is no such blob") { Details = [digest] };

    public static RefusedException UnknownUpload() =>
        new(HttpStatusCode.NotFound, ErrorCode.BlobUploadUnknown, "there is no such upload; it ended, or was given up");

    public static RefusedException NotAllowed(string allowed) =>
        new(HttpStatusCode.MethodNotAllowed, ErrorCode.Unsupported, "this method is not supported here") { Headers = [new("Allow", allowed)] };
}
