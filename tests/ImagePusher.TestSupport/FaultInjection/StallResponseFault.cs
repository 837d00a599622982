namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>Holds the server's response back until the proxy is released.</summary>
internal sealed class StallResponseFault : Fault
{
    public override ValueTask OnAnswerAsync(Exchange exchange) => exchange.StallAsync(exchange.Released, signals: true);
}
