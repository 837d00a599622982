using System.Collections.Concurrent;
using System.Net;

namespace ImagePusher.LocalRegistry;

/// <summary>The exchanges that are under way, so that a registry that stops can cut them off and wait for them.</summary>
internal sealed class OpenExchanges
{
    private readonly ConcurrentDictionary<Exchange, bool> _exchanges = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _total;
    private int _open = 1;

    public long Total => Interlocked.Read(ref _total);

    /// <summary>Ends when all that were added have ended, after <see cref="AddNoMore"/>.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Counts an exchange before it begins.</summary>
    public void Add()
    {
        Interlocked.Increment(ref _total);
        Interlocked.Increment(ref _open);
    }

    public void Begin(Exchange exchange) => _exchanges.TryAdd(exchange, true);

    public void End(Exchange exchange)
    {
        _exchanges.TryRemove(exchange, out _);
        Leave();
    }

    /// <summary>Cuts off all that are under way.</summary>
    public void AbortAll() => Parallel.ForEach(_exchanges.Keys, exchange => exchange.Abort(HttpStatusCode.ServiceUnavailable));

    /// <summary>Says that nothing is added any more.</summary>
    public void AddNoMore() => Leave();

    /// <summary>Takes back what <see cref="Add"/> counted, where no exchange could begin.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _open) == 0)
        {
            _ended.TrySetResult();
        }
    }
}
