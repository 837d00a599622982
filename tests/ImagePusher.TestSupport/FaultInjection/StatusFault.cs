namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>Replaces the status of the server's response; the server has processed the request.</summary>
/// <param name="status">The status that the client sees.</param>
internal sealed class StatusFault(int status) : Fault
{
    public override ValueTask OnAnswerAsync(Exchange exchange)
    {
        exchange.Answer!.Status = status;
        return default;
    }
}
