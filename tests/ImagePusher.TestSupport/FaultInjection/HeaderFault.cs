namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>Changes a header field of the request or of the response.</summary>
/// <param name="direction">Up for the request, down for the response.</param>
/// <param name="name">The field.</param>
/// <param name="change">Its new value from its old one, null for none; it is asked with the request's target.</param>
internal sealed class HeaderFault(Direction direction, string name, Func<string?, string, string?> change) : Fault
{
    public override ValueTask OnRequestAsync(Exchange exchange)
    {
        if (direction == Direction.Up)
        {
            exchange.Request.Fields[name] = change(exchange.Request.Fields[name], exchange.Record.Target);
        }

        return default;
    }

    public override ValueTask OnAnswerAsync(Exchange exchange)
    {
        if (direction == Direction.Down)
        {
            exchange.Answer!.Fields[name] = change(exchange.Answer.Fields[name], exchange.Record.Target);
        }

        return default;
    }
}
