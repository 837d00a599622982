using ImagePusher.Core.IO;

namespace ImagePusher.Core.Inspection;

/// <summary>The failures of writing files of an image.</summary>
internal static class FileTargetErrors
{
    public static DestinationConflictException Exists(string path) => new(
        $"'{path}' exists.", "Choose another path, or allow the replacement of existing files.");

    public static ImagePusherException Unwritable(string path, Exception error) => DiskErrors.Classify(error, path)
        ?? new AccessDeniedException($"'{path}' cannot be written: {DiskErrors.Reason(error)}.", "Choose another path.", error);
}
