using ImagePusher.Core.Messages;

namespace ImagePusher.Core.Inspection;

/// <summary>The failures of reading layers.</summary>
internal static class LayerErrors
{
    /// <summary>A layer that is not a tar, or a damaged one; its bytes are those that the manifest names.</summary>
    public static UnsupportedContentException Damaged(string subject, string problem, Exception? inner = null) => new(
        $"{subject} cannot be read as a tar: {TerminalText.Quote(problem)}.",
        "Check what created the image. Its files cannot be listed, but it can be copied.", inner);

    /// <summary>A layer that exceeds a limit.</summary>
    public static LimitExceededException Limit(string message) =>
        new(message, "Check what created the image; no usual image needs so much.");

    /// <summary>A layer of a type that has no files.</summary>
    public static UnsupportedContentException NotALayer(string subject, string mediaType) => new(
        $"{subject} has the media type '{TerminalText.Quote(mediaType)}', which is not a file system layer.",
        "Specify a container image; the content of an artifact has no file tree.");
}
