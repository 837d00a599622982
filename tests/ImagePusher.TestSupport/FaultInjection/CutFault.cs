namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>Closes the connection when the bytes of bodies exceed a specified number.</summary>
internal sealed class CutFault(Direction direction, long after, CutKind kind, CutScope scope) : CountingFault(direction, after, scope)
{
    private readonly Lock _lock = new();

    public override ValueTask ActAsync(Exchange exchange, Direction at)
    {
        lock (_lock)
        {
            if (BytesUntil(exchange, at) > 0)
            {
                // For the scope of the whole proxy, another connection was closed for these bytes.
                return default;
            }

            Reset(exchange);
        }

        throw new CutException(kind);
    }
}
