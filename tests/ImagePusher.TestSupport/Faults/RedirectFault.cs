namespace ImagePusher.TestSupport.Faults;

/// <summary>Answers 307 with the same target on another host.</summary>
internal sealed class RedirectFault(string host) : Fault
{
    public override ValueTask OnRequestAsync(Exchange exchange)
    {
        var target = exchange.Record.Target;
        var answer = new CannedAnswer(307) { Body = "" };
        answer.AddHeader("Location", $"{host}{target}{(target.Contains('?', StringComparison.Ordinal) ? '&' : '?')}X-Signature=a%2Fb%3D");
        return exchange.AnswerAsync(answer, readsBody: true);
    }
}
