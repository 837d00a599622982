using ImagePusher.Core.IO;

namespace ImagePusher.Core.Archives;

/// <summary>Opens the file of an archive; the operation can always be canceled.</summary>
internal static class ArchiveFile
{
    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">The file. Opening a FIFO waits for a writer, which is cancellable.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <exception cref="PathNotFoundException">The file does not exist.</exception>
    /// <exception cref="AccessDeniedException">The file may not be read.</exception>
    /// <exception cref="InvalidImageArchiveException">It is a socket or a device.</exception>
    public static async Task<FileStream> OpenAsync(string path, CancellationToken cancellationToken)
    {
        if (FileKindLookup.OfEntry(path) is (FileKind.Socket or FileKind.Device) and var kind)
        {
            throw ArchiveErrors.NotAnArchive(path, $"it is {FileKindLookup.Describe(kind)}");
        }

        var opening = Task.Run(
            () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 0, FileOptions.Asynchronous),
            CancellationToken.None);
        try
        {
            return await opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _ = opening.ContinueWith(
                static late => late.Result.Dispose(),
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnRanToCompletion,
                TaskScheduler.Default);
            throw;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw ArchiveErrors.Unreadable(path, error);
        }
    }

    /// <summary>True for a tar that can be read in place. The file is closed if it is rejected.</summary>
    /// <exception cref="InvalidImageArchiveException">The file is empty or of another type.</exception>
    public static bool IsUncompressedTar(FileStream file, string path)
    {
        if (!file.CanSeek)
        {
            return false;
        }

        var isAccepted = false;
        try
        {
            var head = new byte[ContentDetector.HeadLength];
            var length = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            var kind = ContentDetector.Detect(head.AsSpan(0, length));
            if (kind is not (ContentKind.Tar or ContentKind.Gzip or ContentKind.Zstd))
            {
                throw ArchiveErrors.NotATar(path, kind);
            }

            file.Position = 0;
            isAccepted = true;
            return kind is ContentKind.Tar;
        }
        catch (IOException error)
        {
            throw ArchiveErrors.Unreadable(path, error);
        }
        finally
        {
            if (!isAccepted)
            {
                file.Dispose();
            }
        }
    }
}
