namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>Responds 307 with the same target on another host.</summary>
internal sealed class RedirectFault(string host) : Fault
{
    public override ValueTask OnRequestAsync(Exchange exchange)
    {
        var target = exchange.Record.Target;
        var answer = new CannedResponse(307) { Body = "" };
        answer.AddHeader("Location", $"{host}{target}{(target.Contains('?', StringComparison.Ordinal) ? '&' : '?')}X-Signature=a%2Fb%3D");
        return exchange.RespondAsync(answer, readsBody: true);
    }
}
