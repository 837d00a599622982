using System.Diagnostics.CodeAnalysis;
using System.Net;
using ImagePusher.LocalRegistry.HttpServer;

namespace ImagePusher.LocalRegistry.Uploads;

/// <summary>Mutual exclusion of the requests of one upload, in which a later request aborts the earlier one.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A semaphore whose wait handle is never used has nothing to dispose.")]
internal sealed class UploadLock
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

    /// <summary>Waits until it is free, or for a limited time.</summary>
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
            // The upload is still in use.
        }
    }

    private sealed class Held(UploadLock owner) : IDisposable
    {
        public void Dispose()
        {
            Volatile.Write(ref owner._holder, null);
            owner._free.Release();
        }
    }
}
