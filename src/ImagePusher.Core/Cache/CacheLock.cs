using System.Diagnostics.CodeAnalysis;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.Cache;

/// <summary>
/// The cache's lock: an operating system's lock on a file that is never deleted. It ends with the process that holds it,
/// so there are no stale locks; it is never held across network traffic.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A semaphore whose wait handle is never asked for holds nothing to dispose of.")]
internal sealed class CacheLock(CacheLayout layout, CacheOptions options)
{
    private readonly SemaphoreSlim _inProcess = new(1, 1);
    private bool _tested;

    /// <summary>Waits for the lock. The layout is complete when it is had.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="startOver">True where a lost index.json is replaced by an empty one instead of being an error.</param>
    /// <exception cref="CacheLockedException">Another process held it for the whole time-out, or nothing here locks.</exception>
    public async Task<IDisposable> AcquireAsync(CancellationToken cancellationToken, bool startOver = false)
    {
        layout.Prepare();
        using var timeout = new CancellationTokenSource(options.LockTimeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await _inProcess.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Busy();
        }

        var isHeld = false;
        try
        {
            var held = Enter(await OpenAsync(either.Token).ConfigureAwait(false), startOver);
            isHeld = true;
            return held;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Busy();
        }
        finally
        {
            if (!isHeld)
            {
                _inProcess.Release();
            }
        }
    }

    private async Task<SafeFileHandle> OpenAsync(CancellationToken cancellationToken)
    {
        for (var wait = 1; ; wait = Math.Min(wait + 1, 5))
        {
            if (TryOpen() is { } handle)
            {
                return handle;
            }

            // Waiters of several processes must not knock in step.
            await Task.Delay(TimeSpan.FromMilliseconds(1 + Random.Shared.Next(wait)), options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    private SafeFileHandle? TryOpen()
    {
        try
        {
            return File.OpenHandle(layout.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (DirectoryNotFoundException)
        {
            layout.Prepare();
            return null;
        }
        catch (IOException error) when (CacheErrors.IsBusy(error))
        {
            return null;
        }
        catch (IOException error)
        {
            throw CacheErrors.From(error, layout.LockFile);
        }
        catch (UnauthorizedAccessException error)
        {
            throw CacheErrors.Denied(error, layout.LockFile);
        }
    }

    private Held Enter(SafeFileHandle handle, bool startOver)
    {
        var held = false;
        try
        {
            if (!_tested)
            {
                Test();
                _tested = true;
            }

            layout.Complete(startOver);
            held = true;
            return new Held(this, handle);
        }
        finally
        {
            if (!held)
            {
                handle.Dispose();
            }
        }
    }

    // Where nothing locks (DOTNET_SYSTEM_IO_DISABLEFILELOCKING, some network file systems) a second open succeeds.
    private void Test()
    {
        using var second = TryOpen();
        if (second is not null)
        {
            throw new CacheLockedException(
                $"The cache {layout.Root} can't be locked: files there do not keep other processes out, so two of them could damage it.",
                "Unset DOTNET_SYSTEM_IO_DISABLEFILELOCKING if it is set, or put the cache on a local disk with Set-ImageCache -Path or IMAGEPUSHER_CACHE.");
        }
    }

    private CacheLockedException Busy() => new(
        $"The cache {layout.Root} was locked by another process for {options.LockTimeout.TotalSeconds:0} seconds.",
        "Wait until that process ends, or end it; the lock ends with it. A process that hangs is the usual cause.");

    private sealed class Held(CacheLock owner, SafeFileHandle handle) : IDisposable
    {
        private bool _released;

        public void Dispose()
        {
            if (!_released)
            {
                _released = true;
                handle.Dispose();
                owner._inProcess.Release();
            }
        }
    }
}
