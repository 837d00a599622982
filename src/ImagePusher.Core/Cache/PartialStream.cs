using ImagePusher.Core.IO;
using ImagePusher.Core.Layout;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.Cache;

/// <summary>
/// Appends to a file of the cache. Disk failures are converted to the typed errors of the cache here, so that they are not confused with
/// failures of the source.
/// </summary>
internal sealed class PartialStream(SafeFileHandle handle, string path, long position) : WriteOnlyStream
{
    private WriteBehind _behind = new(handle, position);

    public override long Length => position;

    public override long Position { get => position; set => throw new NotSupportedException(); }

    /// <summary>Discards what was written.</summary>
    public void Reset()
    {
        LayoutErrors.Guard(path, () => RandomAccess.SetLength(handle, 0));
        position = 0;
        _behind = new WriteBehind(handle, 0);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            RandomAccess.Write(handle, buffer, position);
        }
        catch (IOException error)
        {
            throw LayoutErrors.From(error, path);
        }

        position += buffer.Length;
        _behind.Written(position);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await LayoutErrors.GuardAsync(
            path, () => RandomAccess.WriteAsync(handle, buffer, position, cancellationToken)).ConfigureAwait(false);
        position += buffer.Length;
        _behind.Written(position);
    }
}
