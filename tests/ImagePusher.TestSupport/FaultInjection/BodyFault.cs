using System.Globalization;

namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>Gives another body than the server's: shorter, in a message that is complete all the same, or with one byte changed.</summary>
internal sealed class BodyFault(long? length, long? flipped) : Fault
{
    public override ValueTask OnAnswerAsync(Exchange exchange)
    {
        if (exchange.Answer!.Fields["Content-Length"] is { } declared
            && long.Parse(declared, CultureInfo.InvariantCulture) > length)
        {
            exchange.Answer.Fields["Content-Length"] = length.Value.ToString(CultureInfo.InvariantCulture);
        }

        return default;
    }

    public override long BytesUntil(Exchange exchange, Direction at) =>
        at == Direction.Down && length is not null ? length.Value - exchange.Passed(at) : long.MaxValue;

    public override ValueTask ActAsync(Exchange exchange, Direction at)
    {
        exchange.EndAnswer();
        return default;
    }

    public override void Change(Span<byte> piece, long start)
    {
        if (flipped is { } at && at >= start && at < start + piece.Length)
        {
            piece[(int)(at - start)] ^= 1;
        }
    }
}
