using System.Globalization;
using System.Net;

namespace ImagePusher.LocalRegistry.Protocol;

/// <summary>The requested range of a blob.</summary>
/// <remarks>RFC 9110, 14.1.2.</remarks>
internal readonly record struct ByteRange(long Offset, long Length)
{
    /// <summary>Parses a Range header.</summary>
    /// <returns>Null to send the whole blob: without a header, and for another unit or several ranges, which a server may ignore.</returns>
    /// <exception cref="RequestRejectedException">416: the range starts after its own end or after the end of the blob.</exception>
    public static ByteRange? Parse(string? header, long size)
    {
        if (header is null || !header.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var text = header["bytes=".Length..].Trim();
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0 || text.Contains(',', StringComparison.Ordinal))
        {
            return null;
        }

        var (first, last) = (Number(text[..dash]), Number(text[(dash + 1)..]));
        return (first, last) switch
        {
            (null, null) => null,
            (null, { } suffix) when dash == 0 => suffix > 0 && size > 0 ? Last(Math.Min(suffix, size), size) : throw Unsatisfiable(size),
            ({ } start, _) when start >= size => throw Unsatisfiable(size),
            ({ } start, null) when dash == text.Length - 1 => new ByteRange(start, size - start),
            ({ } start, { } end) when end < start => throw Unsatisfiable(size),
            ({ } start, { } end) => new ByteRange(start, Math.Min(end, size - 1) - start + 1),
            _ => null,
        };
    }

    /// <summary>The Content-Range header of the response.</summary>
    public string ToHeader(long size) => string.Create(CultureInfo.InvariantCulture, $"bytes {Offset}-{Offset + Length - 1}/{size}");

    private static ByteRange Last(long count, long size) => new(size - count, count);

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static RequestRejectedException Unsatisfiable(long size) =>
        new(HttpStatusCode.RequestedRangeNotSatisfiable, ErrorCode.RangeInvalid, "the range is not within the blob")
        {
            Headers = [new("Content-Range", string.Create(CultureInfo.InvariantCulture, $"bytes */{size}"))],
        };
}
