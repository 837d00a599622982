namespace ImagePusher.Core.Registry;

/// <summary>A semaphore whose limit may change while it is in use.</summary>
internal sealed class Gate(int limit)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource> _waiting = new();
    private int _limit = limit;
    private int _inside;

    /// <summary>Lowers the limit; present holders keep their places.</summary>
    public void Narrow(int limit)
    {
        lock (_lock)
        {
            _limit = Math.Min(_limit, limit);
        }
    }

    /// <summary>Raises the limit.</summary>
    public void Widen(int limit)
    {
        lock (_lock)
        {
            _limit = Math.Max(_limit, limit);
            AdmitWaiting();
        }
    }

    /// <summary>Waits for a place; dispose it to leave.</summary>
    public async Task<Place> EnterAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource turn;
        lock (_lock)
        {
            if (_inside < _limit)
            {
                _inside++;
                return new Place(this);
            }

            turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.AddLast(turn);
        }

        using var registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), turn);
        await turn.Task.ConfigureAwait(false);
        return new Place(this);
    }

    private void Leave()
    {
        lock (_lock)
        {
            _inside--;
            AdmitWaiting();
        }
    }

    private void AdmitWaiting()
    {
        while (_inside < _limit && _waiting.First is { } first)
        {
            _waiting.RemoveFirst();
            if (first.Value.TrySetResult())
            {
                _inside++;
            }
        }
    }

    /// <summary>One of the places.</summary>
    internal sealed class Place(Gate gate) : IDisposable
    {
        private Gate? _gate = gate;

        public void Dispose() => Interlocked.Exchange(ref _gate, null)?.Leave();
    }
}
