namespace ImagePusher.Core.Registry.Authentication;

/// <summary>
/// A value that one caller fetches for all while the others wait. After a failure the waiting callers do not queue for the same
/// failure one after the other: each tries at once.
/// </summary>
internal sealed class SharedAttempt : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private int _failures;

    /// <summary>Returns the known value, or fetches it.</summary>
    /// <param name="known">The value; null if it is not known yet.</param>
    /// <param name="fetch">Fetches and stores it.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public async Task<T> RunAsync<T>(Func<T?> known, Func<Task<T>> fetch, CancellationToken cancellationToken)
        where T : class
    {
        if (known() is { } early)
        {
            return early;
        }

        var failures = Volatile.Read(ref _failures);
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        var isHeld = true;
        try
        {
            if (known() is { } found)
            {
                return found;
            }

            if (Volatile.Read(ref _failures) != failures)
            {
                isHeld = false;
                _gate.Release();
            }

            return await fetch().ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            Interlocked.Increment(ref _failures);
            throw;
        }
        finally
        {
            if (isHeld)
            {
                _gate.Release();
            }
        }
    }

    public void Dispose() => _gate.Dispose();
}
