namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>Cuts the connection when more than a given number of bytes of bodies want to pass.</summary>
internal sealed class CutFault(Direction direction, long after, CutKind kind, CutScope scope) : CountingFault(direction, after, scope)
{
    private readonly Lock _lock = new();

    public override ValueTask ActAsync(Exchange exchange, Direction at)
    {
        lock (_lock)
        {
            if (BytesUntil(exchange, at) > 0)
            {
                // Over the whole proxy, another connection was cut for these bytes.
                return default;
            }

            Reset(exchange);
        }

        throw new CutException(kind);
    }
}
