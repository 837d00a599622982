using System.IO.Compression;
using ImagePusher.Core.IO;
using ZstdSharp;

namespace ImagePusher.Core.Compression;

/// <summary>Decompresses layers and tars. Their first bytes decide how: media types and file names are often wrong.</summary>
internal static class LayerDecoder
{
    private const int BufferSize = 256 * 1024;

    /// <summary>Opens the uncompressed content of a stream.</summary>
    /// <param name="content">The content, uncompressed or compressed by gzip or zstd, from its start; closed with the result.</param>
    /// <param name="subject">What it is, for messages: <c>The layer sha256:… of app.tar</c>.</param>
    /// <param name="cancellationToken">Cancels the read of the first bytes.</param>
    /// <exception cref="UnsupportedContentException">It is compressed in a way that is not supported.</exception>
    /// <exception cref="LimitExceededException">It needs a zstd window that is too large.</exception>
    public static async Task<Stream> OpenAsync(Stream content, string subject, CancellationToken cancellationToken)
    {
        var head = new byte[ContentDetector.HeadLength];
        var length = await content.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        var kind = ContentDetector.Detect(head.AsSpan(0, length));
        return Open(new PrefixedStream(head.AsMemory(0, length), content), kind, head.AsSpan(0, length), subject);
    }

    /// <summary>Opens the uncompressed content of a stream of a known kind.</summary>
    /// <param name="content">The content from its start; closed with the result.</param>
    /// <param name="kind">The kind according to its first bytes.</param>
    /// <param name="head">Its first bytes.</param>
    /// <param name="subject">What it is, for messages.</param>
    public static Stream Open(Stream content, ContentKind kind, ReadOnlySpan<byte> head, string subject)
    {
        if (ContentDetector.UnsupportedCompression(kind) is { } name)
        {
            throw Unsupported(subject, name);
        }

        switch (kind)
        {
            case ContentKind.Gzip:
                return new GZipStream(content, CompressionMode.Decompress);
            case ContentKind.Zstd:
                return ZstdFrameHeader.FindWindow(head) is { } window && window > Limits.ZstdWindow
                    ? throw LargeWindow(subject, $"of {window / (1024 * 1024)} MiB", null)
                    : new DecompressionStream(content, BufferSize, leaveOpen: false);
            default:
                return content;
        }
    }

    /// <summary>True for an exception that a decoder throws for damaged content.</summary>
    public static bool IsDecoderError(Exception error) => error is InvalidDataException or ZstdException or EndOfStreamException;

    /// <summary>Translates a decoder's exception.</summary>
    /// <param name="error">The exception, for which <see cref="IsDecoderError"/> is true.</param>
    /// <param name="subject">The decompressed content, for messages.</param>
    /// <param name="damaged">Creates the exception for damaged content.</param>
    public static ImagePusherException Translate(Exception error, string subject, Func<string, ImagePusherException> damaged) =>
        error is ZstdException { Code: ZstdSharp.Unsafe.ZSTD_ErrorCode.ZSTD_error_frameParameter_windowTooLarge }
            ? LargeWindow(subject, "that is larger", error)

            // For corrupt gzip data, .NET reports that the compression method is not supported.
            : damaged(error is InvalidDataException && error.Message.Contains("method", StringComparison.Ordinal)
                ? "its compressed data are corrupt" : error.Message.TrimEnd('.'));

    /// <summary>The exception for content in a compression that is not supported.</summary>
    public static UnsupportedContentException Unsupported(string subject, string compression) => new(
        $"{subject} is compressed with {compression}, which is not supported.",
        "Save or build it again uncompressed, or compressed with gzip or zstd.");

    private static LimitExceededException LargeWindow(string subject, string size, Exception? inner) => new(
        $"{subject} needs a zstd window {size}; at most {Limits.ZstdWindow / (1024 * 1024)} MiB are supported.",
        "Compress it again with a window of at most 128 MiB (zstd without --long, or with --long=27).",
        inner);
}
