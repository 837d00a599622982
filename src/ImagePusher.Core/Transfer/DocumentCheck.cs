using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>
/// Decides whether a blob is a document: a signature, an attestation, an SBOM. What a container engine unpacks is decided by the bytes and
/// not by the media type, so both must say so.
/// </summary>
internal static class DocumentCheck
{
    private static readonly string[] TextTypes = ["json", "text/", "xml"];

    /// <summary>True if the blob is text, and not an archive in any form that an engine could unpack.</summary>
    /// <exception cref="DigestMismatchException">The source sent other bytes than those that will be copied.</exception>
    /// <exception cref="ImagePusherException">The blob could not be read.</exception>
    public static async Task<bool> IsDocumentAsync(IImageSource source, Descriptor blob, CancellationToken cancellationToken)
    {
        if (MediaTypes.IsLayer(blob.MediaType) || MediaTypes.IsForeign(blob.MediaType) || blob.Size > Limits.Document
            || !Array.Exists(TextTypes, type => blob.MediaType.Contains(type, StringComparison.Ordinal)))
        {
            return false;
        }

        var head = await ReadHeadAsync(source, blob, cancellationToken).ConfigureAwait(false);

        // Without a NUL, every reader of tar headers computes the same checksum.
        return !head.AsSpan().Contains((byte)0)
            && ContentDetector.Detect(head) is ContentKind.Json or ContentKind.Html or ContentKind.Unknown or ContentKind.Empty;
    }

    // To the end, so that the digest is verified: a source must not show other bytes here than to the copy.
    private static async Task<byte[]> ReadHeadAsync(IImageSource source, Descriptor blob, CancellationToken cancellationToken)
    {
        var opened = await source.OpenBlobAsync(blob, 0, cancellationToken).ConfigureAwait(false);
        var content = new VerifyingStream(opened, blob, $"{blob.Digest} of {source.Description}");
        await using (content.ConfigureAwait(false))
        {
            var head = new byte[ContentDetector.HeadLength];
            var length = await content.ReadAtLeastAsync(
                head, head.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            await content.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
            return head[..length];
        }
    }
}
