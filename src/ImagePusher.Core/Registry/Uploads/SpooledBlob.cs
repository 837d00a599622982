using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Registry.Uploads;

/// <summary>A blob of unknown length that was written to a temporary file first. The file exists as long as this object.</summary>
internal sealed class SpooledBlob : IDisposable
{
    private readonly FileStream _file;

    private SpooledBlob(FileStream file, BlobIdentity identity, string description)
    {
        _file = file;
        Blob = new StoredBlob(new Descriptor("", identity.Digest, identity.Size), description, (offset, _) => Task.FromResult<Stream>(
            new FileRangeStream(file.SafeFileHandle, offset, identity.Size - offset, error => error ?? new EndOfStreamException())));
    }

    /// <summary>The blob with its digest and length.</summary>
    public BlobSource Blob { get; }

    /// <exception cref="InsufficientSpaceException">The folder's disk has not enough space.</exception>
    /// <exception cref="AccessDeniedException">The folder cannot be written to.</exception>
    public static async Task<SpooledBlob> CreateAsync(BlobSource blob, string? folder, CancellationToken cancellationToken)
    {
        folder ??= Path.GetTempPath();
        FileStream? file = null;
        try
        {
            file = TemporaryFile.Create(folder);
            var spooled = new SpooledBlob(
                file, await blob.WriteToAsync(file, 0, cancellationToken).ConfigureAwait(false), blob.Description);
            file = null;
            return spooled;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var message = $"{blob.Description} must be written to a temporary file because the registry requires its length; "
                + $"that failed in '{folder}': {DiskErrors.Reason(error)}.";
            const string Action = "Free space there, or set TMPDIR (on Windows TEMP) to another folder.";
            throw DiskErrors.IsFull(error)
                ? new InsufficientSpaceException(message, Action, error)
                : new AccessDeniedException(message, Action, error);
        }
        finally
        {
            if (file is not null)
            {
                await file.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    public void Dispose() => _file.Dispose();
}
