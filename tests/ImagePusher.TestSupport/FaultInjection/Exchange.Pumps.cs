using ImagePusher.TestSupport.RawHttp;

namespace ImagePusher.TestSupport.FaultInjection;

/// <content>The two bodies, which pass at the same time.</content>
internal sealed partial class Exchange
{
    private bool _continued;

    private async Task<ExchangeEnd> PumpAsync(RawHttpConnection server)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ended);
        _pumping = over.Token;
        var up = PumpUpAsync(server, over.Token);
        var down = PumpDownAsync(server, over.Token);
        try
        {
            if (await Task.WhenAny(up, down) == up && !await up)
            {
                await over.CancelAsync();
                await EndedAsync(down);
                await server.FinishAsync(LingerTime, ended);
                return ExchangeEnd.Close;
            }

            var keeps = await down;
            if (Request.ExpectsContinue && !_continued && !_body.IsAtEnd)
            {
                return ExchangeEnd.Finish;
            }

            // The server answered before it had the whole body. The rest may be of no use.
            var complete = up.IsCompleted || await Task.WhenAny(up, Task.Delay(LingerTime, over.Token)) == up;
            return complete && await up && _body.IsAtEnd && keeps ? ExchangeEnd.KeepAlive : ExchangeEnd.Finish;
        }
        finally
        {
            await over.CancelAsync();
            await EndedAsync(up);
            await EndedAsync(down);
        }
    }

    private static async Task EndedAsync(Task pump)
    {
        await pump.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Sends the request's body on; false if the client ended inside it.</summary>
    private async Task<bool> PumpUpAsync(RawHttpConnection server, CancellationToken cancellationToken)
    {
        var writer = new BodyWriter(server, Request.RequestFraming);
        var buffer = new byte[RawHttpConnection.PieceSize];
        while (true)
        {
            int count;
            try
            {
                count = await _body.ReadAsync(buffer, cancellationToken);
            }
            catch (IOException)
            {
                return false;
            }

            try
            {
                if (count == 0)
                {
                    await writer.EndAsync(cancellationToken);
                    return true;
                }

                await PassAsync(Direction.Up, buffer.AsMemory(0, count), writer, cancellationToken);
            }
            catch (IOException)
            {
                // The server takes no more; its response may be in transit.
                return true;
            }
        }
    }

    /// <summary>Sends the response; returns true if the connection of the client can stay open.</summary>
    private async Task<bool> PumpDownAsync(RawHttpConnection server, CancellationToken cancellationToken)
    {
        var head = await FinalHeadAsync(server, cancellationToken);
        var reader = new BodyReader(server, head.AnswerFraming(record.Method));
        Answer = head;
        foreach (var fault in _faults)
        {
            await fault.OnAnswerAsync(this);
        }

        proxy.Mark(record, head);
        if (Request.ExpectsContinue && !_continued && !_body.IsAtEnd)
        {
            head.Fields["Connection"] = "close";
        }

        var framing = head.AnswerFraming(record.Method);
        record.AnswerHeaders = head.Fields;
        record.Status = head.Status;
        await client.WriteAsync(head.ToBytes(), cancellationToken);
        var writer = new BodyWriter(client, framing);
        var buffer = new byte[RawHttpConnection.PieceSize];
        while (!_answerEnded && await ReadAsync(reader, buffer, cancellationToken) is > 0 and var count)
        {
            await PassAsync(Direction.Down, buffer.AsMemory(0, count), writer, cancellationToken);
        }

        await writer.EndAsync(cancellationToken);
        return head.KeepsAlive && Request.KeepsAlive && framing != BodyFraming.UntilClose;
    }

    private async Task<HttpHead> FinalHeadAsync(RawHttpConnection server, CancellationToken cancellationToken)
    {
        while (true)
        {
            HttpHead? head;
            try
            {
                head = await server.ReadHeadAsync(cancellationToken);
            }
            catch (IOException)
            {
                head = null;
            }

            if (head is null)
            {
                throw new CutException(CutKind.Reset);
            }

            if (head.Status >= 200)
            {
                return head;
            }

            _continued |= head.Status == 100;
            await client.WriteAsync(head.ToBytes(), cancellationToken);
        }
    }

    private static async Task<int> ReadAsync(BodyReader reader, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException)
        {
            // The server ended inside its response; so does the proxy.
            throw new CutException(CutKind.Reset);
        }
    }

    private async Task PassAsync(Direction direction, Memory<byte> bytes, BodyWriter writer, CancellationToken cancellationToken)
    {
        for (var at = 0; at < bytes.Length && !(direction == Direction.Down && _answerEnded);)
        {
            var next = _faults.Count == 0 ? null : _faults.MinBy(fault => fault.BytesUntil(this, direction));
            var until = next?.BytesUntil(this, direction) ?? long.MaxValue;
            if (until <= 0)
            {
                await next!.ActAsync(this, direction);
                continue;
            }

            var piece = bytes.Slice(at, (int)Math.Min(bytes.Length - at, until));
            if (direction == Direction.Down)
            {
                _faults.ForEach(fault => fault.Change(piece.Span, record.BytesDown));
                record.AddDown(piece.Length);
            }
            else
            {
                record.AddUp(piece.Length);
            }

            _faults.ForEach(fault => fault.Passed(this, direction, piece.Length));
            await writer.WriteAsync(piece, cancellationToken);
            at += piece.Length;
        }
    }
}
