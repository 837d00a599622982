namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>A fault that acts when the bytes of bodies exceed a specified number, counted over its scope.</summary>
internal abstract class CountingFault(Direction direction, long after, CutScope scope) : Fault
{
    private long _passed;

    protected CutScope Scope => scope;

    public override long BytesUntil(Exchange exchange, Direction at) => at != direction
        ? long.MaxValue
        : Math.Max(0, after - scope switch
        {
            CutScope.Request => exchange.Passed(direction),
            CutScope.Connection => exchange.Client.Counters.GetValueOrDefault(this),
            _ => Interlocked.Read(ref _passed),
        });

    public override void Passed(Exchange exchange, Direction at, int count)
    {
        if (at == direction && scope == CutScope.Connection)
        {
            exchange.Client.Counters[this] = exchange.Client.Counters.GetValueOrDefault(this) + count;
        }
        else if (at == direction)
        {
            Interlocked.Add(ref _passed, count);
        }
    }

    /// <summary>Begins to count again.</summary>
    protected void Reset(Exchange exchange)
    {
        Interlocked.Exchange(ref _passed, 0);
        exchange.Client.Counters.Remove(this);
    }
}
