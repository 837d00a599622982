namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>Lets a body pass in small portions with a pause before each but the first.</summary>
internal sealed class DripFault(Direction direction, int portion, TimeSpan pause) : Fault
{
    public override long BytesUntil(Exchange exchange, Direction at) =>
        at == direction ? portion - exchange.PortionOf(this) : long.MaxValue;

    public override void Passed(Exchange exchange, Direction at, int count)
    {
        if (at == direction)
        {
            exchange.SetPortion(this, exchange.PortionOf(this) + count);
        }
    }

    public override async ValueTask ActAsync(Exchange exchange, Direction at)
    {
        await exchange.PauseAsync(pause);
        exchange.SetPortion(this, 0);
    }
}
