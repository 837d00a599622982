using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry.Uploads;

/// <summary>A blob of unknown length, written to a file first; the file goes away with it.</summary>
internal sealed class SpooledBlob : IDisposable
{
    private readonly string _path;

    private SpooledBlob(string path, BlobIdentity identity, string description)
    {
        _path = path;
        Blob = new StoredBlob(new Descriptor("", identity.Digest, identity.Size), description, (offset, _) =>
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.Asynchronous);
            file.Position = offset;
            return Task.FromResult<Stream>(file);
        });
    }

    /// <summary>The blob, its digest and length known.</summary>
    public BlobSource Blob { get; }

    /// <exception cref="InsufficientSpaceException">The folder's disk has no room for it.</exception>
    public static async Task<SpooledBlob> CreateAsync(BlobSource blob, string? folder, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder ?? Path.GetTempPath(), $"imagepusher-{Guid.NewGuid():N}.layer");
        var isDone = false;
        try
        {
            var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous);
            BlobIdentity identity;
            await using (file.ConfigureAwait(false))
            {
                identity = await blob.WriteToAsync(file, 0, cancellationToken).ConfigureAwait(false);
            }

            isDone = true;
            return new SpooledBlob(path, identity, blob.Description);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InsufficientSpaceException(
                $"{blob.Description} must be written to a file, because the registry wants to know its length, and that failed in {Path.GetDirectoryName(path)}: {ErrorBody.OneLine(error.Message).TrimEnd('.')}.",
                "Make room there, or set TMPDIR to a folder with more.", error);
        }
        finally
        {
            if (!isDone)
            {
                File.Delete(path);
            }
        }
    }

    public void Dispose() => File.Delete(_path);
}
