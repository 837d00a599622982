using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace ImagePusher.LocalRegistry;

/// <summary>Lets one request at a time use an upload; a later one cuts the earlier one off.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A semaphore whose wait handle is never asked for holds nothing to dispose of.")]
internal sealed class UploadTurn
{
    private readonly SemaphoreSlim _free = new(1, 1);
    private Exchange? _holder;

    public async Task<IDisposable> TakeAsync(Exchange? exchange, CancellationToken cancellationToken)
    {
        if (!_free.Wait(0, CancellationToken.None))
        {
            Volatile.Read(ref _holder)?.Abort(HttpStatusCode.Conflict);
            await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        Volatile.Write(ref _holder, exchange);
        return new Held(this);
    }

    /// <summary>Waits until nobody has it, but no longer than a time.</summary>
    public async Task WaitAsync(TimeSpan limit, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await _free.WaitAsync(either.Token).ConfigureAwait(false);
            _free.Release();
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            // It is in use, and stays so.
        }
    }

    private sealed class Held(UploadTurn turn) : IDisposable
    {
        public void Dispose()
        {
            Volatile.Write(ref turn._holder, null);
            turn._free.Release();
        }
    }
}
