namespace ImagePusher.Core.Registry.Authentication;

/// <summary>
/// What many need and one fetches for all: the others wait for it. If it fails they do not wait in line for the same, each for as
/// long again, but try at once, each on its own account.
/// </summary>
internal sealed class SharedAttempt : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private int _failures;

    /// <summary>Gives what is known, else tries to fetch it.</summary>
    /// <param name="known">What is known by now; null for nothing.</param>
    /// <param name="fetch">Fetches it, so that it is known from then on.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
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
