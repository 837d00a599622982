namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>Sends the server's response later, as a network with latency does.</summary>
internal sealed class DelayResponseFault(TimeSpan latency) : Fault
{
    public override ValueTask OnAnswerAsync(Exchange exchange) => new(exchange.PauseAsync(latency));
}
