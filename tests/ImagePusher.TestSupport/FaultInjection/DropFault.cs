namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>Cuts the connection before the request is sent on, or before the response is.</summary>
internal sealed class DropFault(Direction direction, CutKind kind) : Fault
{
    public override ValueTask OnRequestAsync(Exchange exchange) => Act(Direction.Up);

    public override ValueTask OnAnswerAsync(Exchange exchange) => Act(Direction.Down);

    private ValueTask Act(Direction at) => at == direction ? throw new CutException(kind) : default;
}
