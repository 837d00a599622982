using ImagePusher.Core.IO;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.Cache;

/// <summary>A blob's file, opened for reading. A reader that finds wrong bytes reports them here.</summary>
internal sealed class BlobFileStream : FileStream, IDamageReceiver
{
    private readonly Action _reportDamage;

    public BlobFileStream(SafeFileHandle handle, long offset, Action reportDamage)
        : base(handle, FileAccess.Read, bufferSize: 0, handle.IsAsync)
    {
        _reportDamage = reportDamage;
        Position = offset;
    }

    public void ReportDamage() => _reportDamage();
}
