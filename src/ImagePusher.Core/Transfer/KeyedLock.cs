using System.Collections.Concurrent;

namespace ImagePusher.Core.Transfer;

/// <summary>Per-key mutual exclusion: work under one key runs one after the other, under different keys concurrently.</summary>
internal sealed class KeyedLock
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _held = new(StringComparer.Ordinal);

    /// <summary>Waits until no operation uses the key and acquires it.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>Releases the key when it is disposed.</returns>
    public async ValueTask<IDisposable> AcquireAsync(string key, CancellationToken cancellationToken)
    {
        var own = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        while (_held.GetOrAdd(key, own) is var other && other != own)
        {
            await other.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        return new Release(this, key, own);
    }

    private sealed class Release(KeyedLock owner, string key, TaskCompletionSource own) : IDisposable
    {
        public void Dispose()
        {
            owner._held.TryRemove(new KeyValuePair<string, TaskCompletionSource>(key, own));
            own.TrySetResult();
        }
    }
}
