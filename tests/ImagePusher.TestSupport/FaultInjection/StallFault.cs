namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>Passes a number of bytes of bodies and then none, until the proxy is released.</summary>
internal sealed class StallFault(Direction direction, long after, CutScope scope) : CountingFault(direction, after, scope)
{
    private readonly Lock _lock = new();
    private Task? _standstill;

    public override long BytesUntil(Exchange exchange, Direction at) =>
        Scope == CutScope.Request && exchange.HasActed(this) ? long.MaxValue : base.BytesUntil(exchange, at);

    public override async ValueTask ActAsync(Exchange exchange, Direction at)
    {
        if (Scope == CutScope.Proxy)
        {
            await StandStillTogetherAsync(exchange, at);
            return;
        }

        await exchange.StallAsync(exchange.Released, signals: true);
        exchange.SetActed(this);
        Reset(exchange);
    }

    private async Task StandStillTogetherAsync(Exchange exchange, Direction at)
    {
        // All connections are stalled for one reason: it is signalled once, and the count restarts once.
        Task standstill;
        bool isFirst;
        lock (_lock)
        {
            if (_standstill is null && BytesUntil(exchange, at) > 0)
            {
                // The stall that this connection was to join is over.
                return;
            }

            isFirst = _standstill is null;
            standstill = _standstill ??= exchange.Released;
        }

        await exchange.StallAsync(standstill, isFirst);
        lock (_lock)
        {
            if (_standstill == standstill)
            {
                _standstill = null;
                Reset(exchange);
            }
        }
    }
}
