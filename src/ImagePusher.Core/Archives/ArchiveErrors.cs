using ImagePusher.Core.IO;
using ImagePusher.Core.Messages;

namespace ImagePusher.Core.Archives;

/// <summary>Creates the exceptions for archives: each names the file and the recommended action.</summary>
internal static class ArchiveErrors
{
    private const string Supported =
        "Use a tar that docker, podman, skopeo or buildkit saved (uncompressed, gzip or zstd), or the directory of an OCI image layout.";

    /// <summary>An archive that contradicts itself or its format.</summary>
    public static InvalidImageArchiveException Damaged(string path, string problem, Exception? inner = null) =>
        new($"The image archive '{path}' is damaged: {problem.TrimEnd('.')}.", "Save or download the archive again.", inner);

    /// <summary>An archive that ends too early.</summary>
    public static InvalidImageArchiveException Truncated(string path, long length, Exception? inner = null) =>
        Damaged(path, $"it ends after {length} bytes in the middle of an entry, so it was truncated", inner);

    /// <summary>A file or directory that is not an image archive.</summary>
    public static InvalidImageArchiveException NotAnArchive(string path, string problem, string? recommendedAction = null) =>
        new($"'{path}' is not an image archive: {problem}.", recommendedAction ?? Supported);

    /// <summary>A name or link that leads out of the archive.</summary>
    public static InvalidImageArchiveException OutsideFolder(string path, string name) =>
        Damaged(path, $"the path '{TerminalText.Quote(name)}' leads out of it");

    /// <summary>A manifest or blob that the archive references but does not contain.</summary>
    public static IncompleteImageException Incomplete(string path, string problem) =>
        new($"The image archive '{path}' is incomplete: {problem}.", "Save the image again with everything that it names.")
        {
            IsArchive = true,
        };

    /// <summary>A blob that an archive omits because it is one of several parts, or because its baseline has the blob.</summary>
    public static IncompleteImageException LeftOut(string path, string blob, BundlePart? part) =>
        part is null
            ? new(
                $"The image archive '{path}' omits {blob}, which the images of its baseline have.",
                "Import the archive into a cache that has these images, or push it where they are, and read the image there.")
            { IsArchive = true }
            : new(
                $"The image archive '{path}' is part {part.Number} of {part.Parts.Count} of a bundle and does not have {blob}.",
                "Import or push all parts of the bundle together, and read the image there.")
            { IsArchive = true };

    /// <summary>An archive that exceeds a limit.</summary>
    public static LimitExceededException Limit(string path, string problem, string recommendedAction) =>
        new($"The image archive '{path}' exceeds a limit: {problem}.", recommendedAction);

    /// <summary>A file that is not a tar, gzip or zstd archive.</summary>
    public static ImagePusherException NotATar(string path, ContentKind kind)
    {
        if (ContentDetector.UnsupportedCompression(kind) is { } compression)
        {
            var tool = kind switch
            {
                ContentKind.Zip => "unzip",
                ContentKind.SevenZip => "7z x",
                ContentKind.Rar => "unrar x",
                ContentKind.Compress => "uncompress",
                _ => compression + " -d",
            };
            return new UnsupportedContentException(
                $"'{path}' is compressed with {compression}, which is not supported.",
                $"Unpack it first ({tool}), or save the image uncompressed, as gzip or as zstd.");
        }

        return kind switch
        {
            ContentKind.Empty => NotAnArchive(path, "the file is empty", "Save or download the archive again."),
            ContentKind.Html => NotAnArchive(
                path,
                "it is an HTML or XML document",
                "Open it in a browser: a server probably sent a sign-in or error page. Download the archive again."),
            ContentKind.Json => NotAnArchive(
                path,
                "it is a JSON document",
                "A server probably sent an error message, or this is one file of an image. Use the tar itself."),
            ContentKind.GitLfsPointer => NotAnArchive(
                path, "it is a Git LFS pointer, not the file that it stands for", "Fetch the file with: git lfs pull"),
            ContentKind.Utf16Text or ContentKind.Utf8Text => NotAnArchive(
                path,
                kind is ContentKind.Utf16Text
                    ? "it is UTF-16 text, as '>' in Windows PowerShell writes it"
                    : "it is UTF-8 text, as PowerShell writes output to a file",
                "Save the image with an option for the file, such as: docker save -o FILE IMAGE"),
            _ => NotAnArchive(path, "the file is not a tar, gzip or zstd archive"),
        };
    }

    /// <summary>A read that failed.</summary>
    public static ImagePusherException Unreadable(string path, Exception inner) => inner switch
    {
        FileNotFoundException or DirectoryNotFoundException => NotFound(path, inner),
        UnauthorizedAccessException => new AccessDeniedException(
            $"'{path}' could not be read: {DiskErrors.Reason(inner)}.", "Check that you have permission to read the file.", inner),
        _ when DiskErrors.IsInUse(inner) => new AccessDeniedException(
            $"'{path}' is in use by another process.", "Wait until the other process has closed the file, then try again.", inner),
        _ => new InvalidImageArchiveException(
            $"'{path}' could not be read: {DiskErrors.Reason(inner)}.", "Check that the file is on a disk that works.", inner),
    };

    /// <summary>A file or directory that does not exist.</summary>
    public static PathNotFoundException NotFound(string path, Exception? inner = null) => new(
        $"The file or directory '{TerminalText.Quote(path)}' does not exist.",
        "Check the path; a relative path starts at the current directory.",
        inner);

    /// <summary>A failed read of an open archive; null if the file became shorter.</summary>
    public static ImagePusherException Changed(string path, IOException? inner) =>
        inner is null ? Damaged(path, "it became shorter while it was read") : Unreadable(path, inner);

    /// <summary>A file that could not be created or written.</summary>
    public static ImagePusherException Unwritable(string path, Exception inner) => inner switch
    {
        _ when DiskErrors.IsFull(inner) => new InsufficientSpaceException(
            $"There is not enough space for '{path}': {DiskErrors.Reason(inner)}.",
            "Free some space on that disk, or choose a path on another one.",
            inner),
        DirectoryNotFoundException => new PathNotFoundException(
            $"The directory of '{path}' does not exist.", "Create the directory first, or choose another path.", inner),
        _ when DiskErrors.IsInUse(inner) => new AccessDeniedException(
            $"'{path}' is in use by another process.", "Close the file in the other process, or choose another path.", inner),
        _ => new AccessDeniedException(
            $"'{path}' could not be written: {DiskErrors.Reason(inner)}.",
            "Choose a path that you have permission to write to.", inner),
    };
}
