using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry.Http;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.Registry.Uploads;

/// <summary>
/// A blob of unknown length in a temporary file. Only this user can read the file; where the system allows it, the file has no name
/// while it is open.
/// </summary>
internal sealed class SpooledBlob : IDisposable
{
    private readonly SafeFileHandle _file;

    private SpooledBlob(SafeFileHandle file, BlobIdentity identity, string description)
    {
        _file = file;
        Blob = new StoredBlob(new Descriptor("", identity.Digest, identity.Size), description, (offset, _) =>
            Task.FromResult<Stream>(new FileRangeStream(
                file, offset, identity.Size - offset, error => error ?? new IOException("The temporary file was truncated."))));
    }

    /// <summary>The blob with its digest and length.</summary>
    public BlobSource Blob { get; }

    /// <summary>Writes a blob to a file.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="folder">The folder of the file; null for the system's temporary folder.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="InsufficientSpaceException">There is not enough space.</exception>
    /// <exception cref="AccessDeniedException">The folder cannot be written to.</exception>
    public static async Task<SpooledBlob> CreateAsync(BlobSource blob, string? folder, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder ?? Path.GetTempPath(), $"imagepusher-{Guid.NewGuid():N}.layer");
        SafeFileHandle? file = null;
        var isDone = false;
        try
        {
            file = Open(path);
            var identity = await blob.WriteToAsync(new HandleStream(file), 0, cancellationToken).ConfigureAwait(false);
            isDone = true;
            return new SpooledBlob(file, identity, blob.Description);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The registry accepts the blob only with its length, which is known only once it is written.
            throw DiskErrors.Classify(error, Path.GetDirectoryName(path)!) ?? new AccessDeniedException(
                $"{blob.Description} could not be written to a temporary file in "
                + $"'{Path.GetDirectoryName(path)}': {ErrorBody.OneLine(error.Message).TrimEnd('.')}.",
                "Set TMPDIR to a folder that you can write to.", error);
        }
        finally
        {
            if (!isDone)
            {
                file?.Dispose();
            }
        }
    }

    public void Dispose() => _file.Dispose();

    private static SafeFileHandle Open(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None,
                FileOptions.Asynchronous | FileOptions.DeleteOnClose);
        }

        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.Asynchronous,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        var file = new FileStream(path, options).SafeFileHandle;
        File.Delete(path);
        return file;
    }

    /// <summary>Appends to a file whose handle stays open.</summary>
    private sealed class HandleStream(SafeFileHandle file) : WriteOnlyStream
    {
        private long _length;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            RandomAccess.Write(file, buffer, _length);
            _length += buffer.Length;
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await RandomAccess.WriteAsync(file, buffer, _length, cancellationToken).ConfigureAwait(false);
            _length += buffer.Length;
        }
    }
}
