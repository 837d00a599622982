namespace ImagePusher.Core.Registry;

/// <summary>A semaphore whose limit may change while it is in use.</summary>
internal sealed class ResizableSemaphore(int limit)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource> _waiting = new();
    private int _limit = limit;
    private int _used;

    /// <summary>Lowers the limit; what is held stays held.</summary>
    public void Decrease(int limit)
    {
        lock (_lock)
        {
            _limit = Math.Min(_limit, limit);
        }
    }

    /// <summary>Raises the limit.</summary>
    public void Increase(int limit)
    {
        lock (_lock)
        {
            _limit = Math.Max(_limit, limit);
            ReleaseWaiters();
        }
    }

    /// <summary>Waits for a slot; dispose it to release it.</summary>
    public async Task<Slot> EnterAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource turn;
        lock (_lock)
        {
            if (_used < _limit)
            {
                _used++;
                return new Slot(this);
            }

            turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.AddLast(turn);
        }

        using var registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), turn);
        await turn.Task.ConfigureAwait(false);
        return new Slot(this);
    }

    private void Release()
    {
        lock (_lock)
        {
            _used--;
            ReleaseWaiters();
        }
    }

    private void ReleaseWaiters()
    {
        while (_used < _limit && _waiting.First is { } first)
        {
            _waiting.RemoveFirst();
            if (first.Value.TrySetResult())
            {
                _used++;
            }
        }
    }

    /// <summary>One of the slots that the limit allows.</summary>
    internal sealed class Slot(ResizableSemaphore owner) : IDisposable
    {
        private ResizableSemaphore? _owner = owner;

        public void Dispose() => Interlocked.Exchange(ref _owner, null)?.Release();
    }
}
