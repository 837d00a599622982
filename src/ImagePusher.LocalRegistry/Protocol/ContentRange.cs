using System.Globalization;
using System.Net;

namespace ImagePusher.LocalRegistry.Protocol;

/// <summary>The bytes of a blob that a chunk holds, both ends inclusive.</summary>
/// <remarks>
/// distribution-spec, Pushing a blob in chunks: <c>a-b</c> without a unit; RFC 9110's <c>bytes a-b/*</c> is accepted too.
/// </remarks>
internal readonly record struct ContentRange(long First, long Last)
{
    public long Length => Last - First + 1;

    /// <summary>Parses a Content-Range header; null without one.</summary>
    /// <exception cref="RequestRejectedException">400: it is malformed.</exception>
    public static ContentRange? Parse(string? header)
    {
        if (header is null)
        {
            return null;
        }

        var text = header.StartsWith("bytes ", StringComparison.OrdinalIgnoreCase) ? header["bytes ".Length..] : header;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var ends = (slash < 0 ? text : text[..slash]).Trim().Split('-');
        return ends.Length == 2 && TryRead(ends[0], out var first) && TryRead(ends[1], out var last) && last >= first
            ? new ContentRange(first, last)
            : throw new RequestRejectedException(
                HttpStatusCode.BadRequest, ErrorCode.BlobUploadInvalid, "the Content-Range is not FIRST-LAST");
    }

    private static bool TryRead(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
