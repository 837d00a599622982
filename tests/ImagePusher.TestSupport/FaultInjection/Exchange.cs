using System.Collections.Concurrent;
using System.Net.Sockets;
using ImagePusher.TestSupport.RawHttp;

namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>One request through the proxy, and its response.</summary>
internal sealed partial class Exchange(
    FaultProxy proxy, RawHttpConnection client, HttpHead request, ProxiedRequest record, IReadOnlyList<FaultRule> rules,
    CancellationToken ended)
{
    private static readonly TimeSpan LingerTime = TimeSpan.FromSeconds(5);

    private readonly List<Fault> _faults = [.. rules.SelectMany(rule => rule.Faults)];
    private readonly BodyReader _body = new(client, request.RequestFraming);
    private readonly ConcurrentDictionary<Fault, long> _portions = new();
    private CancellationToken? _pumping;
    private ExchangeEnd? _answered;
    private bool _answerEnded;

    public RawHttpConnection Client => client;

    /// <summary>The forwarded request.</summary>
    public HttpHead Request { get; } = request.Copy();

    public ProxiedRequest Record => record;

    /// <summary>The response, as soon as it is known.</summary>
    public HttpHead? Answer { get; private set; }

    /// <summary>How many bytes of a body passed until now.</summary>
    public long Passed(Direction direction) => direction == Direction.Up ? record.BytesUp : record.BytesDown;

    /// <summary>A counter that a fault keeps for this exchange.</summary>
    public long PortionOf(Fault fault) => _portions.GetValueOrDefault(fault);

    public void SetPortion(Fault fault, long count) => _portions[fault] = count;

    public bool HasActed(Fault fault) => _portions.ContainsKey(fault);

    public void SetActed(Fault fault) => _portions[fault] = 1;

    public Task PauseAsync(TimeSpan pause) => Task.Delay(pause, proxy.TimeProvider, _pumping ?? ended);

    /// <summary>Completes at the next release of the proxy.</summary>
    public Task Released => proxy.Released;

    /// <summary>Waits for the release, which is created before the rule is signaled: a test that waits for the signal can release
    /// immediately.</summary>
    public ValueTask StallAsync(Task released, bool signals)
    {
        foreach (var rule in rules.Where(rule => signals && rule.Stalls))
        {
            rule.SetReached();
        }

        return new ValueTask(released.WaitAsync(_pumping ?? ended));
    }

    /// <summary>Sends no more of the server's response, but ends it in order.</summary>
    public void EndAnswer() => _answerEnded = true;

    /// <summary>Responds instead of the server.</summary>
    public async ValueTask RespondAsync(CannedResponse answer, bool readsBody)
    {
        if (readsBody && !Request.ExpectsContinue)
        {
            var piece = new byte[RawHttpConnection.PieceSize];
            while (await _body.ReadAsync(piece, ended) is > 0 and var count)
            {
                record.AddUp(count);
            }
        }

        var unread = !_body.IsAtEnd;
        await SendAsync(answer, closes: unread || !readsBody);
        _answered = (readsBody, unread, Request.KeepsAlive) switch
        {
            (false, _, _) => ExchangeEnd.Close,
            (true, false, true) => ExchangeEnd.KeepAlive,
            _ => ExchangeEnd.Finish,
        };
    }

    public async Task<ExchangeEnd> RunAsync()
    {
        try
        {
            foreach (var fault in _faults)
            {
                await fault.OnRequestAsync(this);
                if (_answered is { } end)
                {
                    return end;
                }
            }

            return await ForwardAsync();
        }
        catch (CutException e)
        {
            record.WasCut = true;
            if (e.Kind == CutKind.Reset)
            {
                client.Reset();
            }

            return ExchangeEnd.Close;
        }
        catch (EarlyResponseException e)
        {
            await SendAsync(e.Answer, closes: true);
            return ExchangeEnd.Close;
        }
    }

    private async Task SendAsync(CannedResponse answer, bool closes)
    {
        var (head, body) = answer.For(record.Method, closes);
        record.Status = head.Status;
        record.AnswerHeaders = head.Fields;
        record.AddDown(body.Length);
        byte[] message = [.. head.ToBytes(), .. body];
        await client.WriteAsync(message, ended);
    }

    private async Task<ExchangeEnd> ForwardAsync()
    {
        RawHttpConnection server;
        try
        {
            record.Backend = proxy.BackendFor(record);
            server = await RawHttpConnection.ConnectAsync(record.Backend, ended);
        }
        catch (SocketException)
        {
            await RespondAsync(new CannedResponse(502) { Body = "<html>Bad Gateway</html>", ContentType = "text/html" }, readsBody: true);
            return _answered!.Value;
        }

        await using (server)
        {
            try
            {
                await server.WriteAsync(proxy.ToSendOn(Request), ended);
                return await PumpAsync(server);
            }
            catch (Exception e) when (e is CutException or EarlyResponseException)
            {
                if (Answer is null)
                {
                    // The server detects the end before the client, so that it is idle at the next request of the client.
                    await server.FinishAsync(LingerTime, ended);
                }

                throw;
            }
        }
    }
}
