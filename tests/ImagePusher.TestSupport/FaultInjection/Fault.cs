namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>Something that goes wrong with one request. It may act when the request's or the response's head is there, or at a place in a
/// body.</summary>
internal abstract class Fault
{
    /// <summary>Before the request is sent on.</summary>
    public virtual ValueTask OnRequestAsync(Exchange exchange) => default;

    /// <summary>Before the final response's head is sent to the client.</summary>
    public virtual ValueTask OnAnswerAsync(Exchange exchange) => default;

    /// <summary>How many more bytes of the body pass before the fault acts; 0: it acts when one more comes.</summary>
    public virtual long BytesUntil(Exchange exchange, Direction direction) => long.MaxValue;

    /// <summary>Tells that bytes passed.</summary>
    public virtual void Passed(Exchange exchange, Direction direction, int count)
    {
    }

    /// <summary>Acts at its place in the body.</summary>
    public virtual ValueTask ActAsync(Exchange exchange, Direction direction) => default;

    /// <summary>Changes bytes that go down.</summary>
    /// <param name="piece">The bytes.</param>
    /// <param name="start">Where in the body they begin.</param>
    public virtual void Change(Span<byte> piece, long start)
    {
    }
}
