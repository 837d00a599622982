namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>Responds instead of the server.</summary>
/// <param name="answer">The response.</param>
/// <param name="after">After how many bytes of the body, closing at once; null: after all of it, and the connection stays.</param>
internal sealed class ResponseFault(CannedResponse answer, long? after) : Fault
{
    public override async ValueTask OnRequestAsync(Exchange exchange)
    {
        if (after is null or 0)
        {
            await exchange.RespondAsync(answer, readsBody: after is null);
        }
    }

    public override long BytesUntil(Exchange exchange, Direction at) =>
        at == Direction.Up && after > 0 ? after.Value - exchange.Passed(at) : long.MaxValue;

    public override ValueTask ActAsync(Exchange exchange, Direction at) => throw new EarlyResponseException(answer);
}
