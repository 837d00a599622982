using System.Collections.Concurrent;

namespace ImagePusher.Core.Transfer;

/// <summary>
/// Lets one piece of work run once at a time for each key: who asks for what is under way awaits it and gets its result.
/// Nothing is remembered: once it has ended, the next one runs it anew.
/// </summary>
internal sealed class SingleFlight
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _flights = new(StringComparer.Ordinal);

    /// <summary>Runs the work, after whatever runs under the same key has ended.</summary>
    /// <param name="key">What the work is on.</param>
    /// <param name="work">The work; told whether another ran before it under the key while it waited.</param>
    /// <param name="cancellationToken">Stops the waiting; the work has its own token.</param>
    public async Task<T> RunAsync<T>(string key, Func<bool, Task<T>> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        var waited = false;
        var own = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        while (_flights.GetOrAdd(key, own) is var flight && flight != own)
        {
            waited = true;
            await flight.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        try
        {
            return await work(waited).ConfigureAwait(false);
        }
        finally
        {
            _flights.TryRemove(key, out _);
            own.SetResult();
        }
    }
}
