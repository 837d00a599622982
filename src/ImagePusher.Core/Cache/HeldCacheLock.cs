using ImagePusher.Core.IO;
using ImagePusher.Core.Layout;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.Cache;

/// <summary>The acquired lock of the cache, with the results of the folder checks.</summary>
internal sealed class HeldCacheLock(LayoutGuard guard, SafeFileHandle handle, SemaphoreSlim inProcess) : IDisposable
{
    private bool _isReleased;

    public LayoutGuard Guard { get; } = guard;

    public void Dispose()
    {
        if (!_isReleased)
        {
            _isReleased = true;
            FileLocking.Unlock(handle);
            handle.Dispose();
            inProcess.Release();
        }
    }
}
