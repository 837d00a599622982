using System.Diagnostics.CodeAnalysis;
using ImagePusher.Core.IO;
using ImagePusher.Core.Layout;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.Cache;

/// <summary>
/// The lock of a cache: an operating-system lock on a file that is never deleted. It ends with the process that holds it, so that there are
/// no stale locks. It is never kept during network operations.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A semaphore whose wait handle is never used has nothing to dispose.")]
internal sealed class CacheLock(CachePaths paths, CacheInitializer initializer, CacheOptions options)
{
    private readonly SemaphoreSlim _inProcess = new(1, 1);
    private bool _isTested;

    /// <summary>Waits for the lock. While it is held, the layout is complete and its folders are checked.</summary>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <param name="startOver">True to replace a lost index.json by an empty one instead of failing.</param>
    /// <exception cref="CacheLockedException">Another process held it for the whole time-out, or the file system has no locks.</exception>
    /// <exception cref="CacheCorruptException">The layout has links, special files or files of other users in the wrong places.</exception>
    public async Task<HeldCacheLock> AcquireAsync(CancellationToken cancellationToken, bool startOver = false)
    {
        initializer.Prepare();
        using var timeout = new CancellationTokenSource(options.LockTimeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await _inProcess.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw TimedOut();
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
            throw TimedOut();
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

            // With jitter, so that waiting processes do not retry in lockstep.
            var delay = TimeSpan.FromMilliseconds(1 + Random.Shared.Next(wait));
            await Task.Delay(delay, options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    private SafeFileHandle? TryOpen()
    {
        try
        {
            return paths.OpenExclusive(paths.LockFile, new LayoutGuard(paths.Root).Permissions);
        }
        catch (Exception error) when (error is DirectoryNotFoundException or FileNotFoundException)
        {
            initializer.Prepare();
            return null;
        }
        catch (IOException error) when (DiskErrors.IsInUse(error))
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LayoutErrors.From(error, paths.LockFile);
        }
    }

    private HeldCacheLock Enter(SafeFileHandle handle, bool startOver)
    {
        var isHeld = false;
        try
        {
            if (!_isTested)
            {
                ThrowIfNotExclusive();
                _isTested = true;
            }

            var guard = new LayoutGuard(paths.Root);
            guard.RequireFile(paths.LockFile);
            initializer.ThrowIfForeign(guard);
            initializer.Complete(guard, startOver);
            isHeld = true;
            return new HeldCacheLock(guard, handle, _inProcess);
        }
        finally
        {
            if (!isHeld)
            {
                handle.Dispose();
            }
        }
    }

    // Without locks (DOTNET_SYSTEM_IO_DISABLEFILELOCKING, some network file systems) a second open succeeds.
    private void ThrowIfNotExclusive()
    {
        using var second = TryOpen();
        if (second is not null)
        {
            throw new CacheLockedException(
                $"The cache '{paths.Root}' cannot be locked: its file system has no file locks, so two processes could damage it.",
                "Unset DOTNET_SYSTEM_IO_DISABLEFILELOCKING if it is set, or use a cache on a local disk.");
        }
    }

    private CacheLockedException TimedOut() => new(
        $"The cache '{paths.Root}' was locked by another process for {options.LockTimeout.TotalSeconds:0} seconds.",
        "Wait until that process ends, or end it; the lock ends with it.");
}
