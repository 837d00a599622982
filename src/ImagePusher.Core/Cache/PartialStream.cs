using ImagePusher.Core.IO;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.Cache;

/// <summary>
/// Appends to a file of the cache. What the disk refuses is thrown as the cache's own error here, where it can't be taken
/// for an error of the source that writes.
/// </summary>
internal sealed class PartialStream(SafeFileHandle handle, string path, long position) : WriteOnlyStream
{
    public override long Length => position;

    public override long Position { get => position; set => throw new NotSupportedException(); }

    /// <summary>Throws away what was written.</summary>
    public void Reset()
    {
        CacheErrors.Guard(path, () => RandomAccess.SetLength(handle, 0));
        position = 0;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            RandomAccess.Write(handle, buffer, position);
        }
        catch (IOException error)
        {
            throw CacheErrors.From(error, path);
        }

        position += buffer.Length;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await CacheErrors.GuardAsync(path, () => RandomAccess.WriteAsync(handle, buffer, position, cancellationToken)).ConfigureAwait(false);
        position += buffer.Length;
    }
}
