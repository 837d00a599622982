using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.IO;

/// <summary>
/// Starts writing a growing file to the disk, so that the flush at its end waits for the last bytes and not for all of them. It promises
/// nothing: only the flush does. Linux only (sync_file_range(2)); elsewhere nothing happens.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="position">The bytes that it has.</param>
internal sealed class WriteBehind(SafeFileHandle file, long position)
{
    // Large enough for few calls, small enough that the last write has no noticeable delay.
    private const long Step = 8 * 1024 * 1024;
    private const uint StartWriting = 2;

    private static volatile bool _isSupported = OperatingSystem.IsLinux();

    private long _started = position;

    /// <summary>Called after each write.</summary>
    /// <param name="length">The bytes that the file has now.</param>
    public void Written(long length)
    {
        if (!_isSupported || length - _started < Step)
        {
            return;
        }

        try
        {
            // On a file system without support the call fails and has no effect.
            _ = SyncFileRange(file, _started, length - _started, StartWriting);
            _started = length;
        }
        catch (EntryPointNotFoundException)
        {
            _isSupported = false;
        }
    }

    [DllImport("libc", EntryPoint = "sync_file_range")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SyncFileRange(SafeFileHandle file, long offset, long count, uint flags);
}
