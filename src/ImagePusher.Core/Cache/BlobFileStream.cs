using ImagePusher.Core.IO;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.Cache;

/// <summary>The open file of a blob. A reader reports wrong bytes to it.</summary>
internal sealed class BlobFileStream : FileStream, IVerifiedContent
{
    private readonly Action _reportDamage;
    private readonly BlobVerification? _verification;

    /// <param name="handle">The opened file; closed with the stream.</param>
    /// <param name="offset">The offset to start at, in bytes.</param>
    /// <param name="reportDamage">Called when the bytes are wrong.</param>
    /// <param name="verification">The record of the verification of the file; null for none.</param>
    public BlobFileStream(SafeFileHandle handle, long offset, Action reportDamage, BlobVerification? verification)
        : base(handle, FileAccess.Read, bufferSize: 0, handle.IsAsync)
    {
        (_reportDamage, _verification) = (reportDamage, verification);
        Position = offset;
    }

    public bool WasVerified => _verification?.IsKnown == true;

    public void ReportDamage()
    {
        Forget();
        _reportDamage();
    }

    public void ReportVerified() => _verification?.Remember();

    public void Forget() => _verification?.Forget();
}
