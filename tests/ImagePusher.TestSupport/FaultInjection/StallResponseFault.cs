namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>Holds the server's answer back, until the proxy is told to go on.</summary>
internal sealed class StallResponseFault : Fault
{
    public override ValueTask OnAnswerAsync(Exchange exchange) => exchange.StallAsync(exchange.Released, signals: true);
}
