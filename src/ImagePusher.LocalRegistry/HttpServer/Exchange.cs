using System.Globalization;
using System.Net;
using ImagePusher.LocalRegistry.Protocol;

namespace ImagePusher.LocalRegistry.HttpServer;

/// <summary>
/// One request and its response. It is aborted when the client neither sends nor takes a byte for the idle timeout, and when the
/// registry stops.
/// </summary>
internal sealed class Exchange : IDisposable
{
    private readonly Connection _connection;
    private readonly RequestHead _head;
    private readonly RequestBody _body;
    private readonly LocalRegistryOptions _options;
    private readonly ITimer _idle;
    private readonly CancellationTokenSource _abort;
    private readonly CancellationToken _aborted;
    private readonly string _description;
    private bool _isContinueSent;
    private int _abortStatus;

    public Exchange(Connection connection, RequestHead head, LocalRegistryOptions options, CancellationToken stopping)
    {
        (_connection, _head, _options, Stopping) = (connection, head, options, stopping);
        (_body, Target) = (new RequestBody(connection.Reader, head), RequestTarget.Parse(head.Target));
        _abort = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _aborted = _abort.Token;

        // The query may be long and headers may be secret: neither is logged.
        _description = $"{Method} {head.Target.Split('?')[0]} from {connection.RemoteEndPoint}";
        _idle = options.TimeProvider.CreateTimer(
            _ => Abort(HttpStatusCode.RequestTimeout), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        ResponseHeaders["Docker-Distribution-API-Version"] = "registry/2.0";
    }

    public HeaderTable RequestHeaders => _head.Headers;

    public HeaderTable ResponseHeaders { get; } = new();

    public string Method => _head.Method;

    public bool IsHead => Method == "HEAD";

    /// <summary>True for a method that changes nothing (RFC 9110, 9.2.1).</summary>
    public bool IsSafe => Method is "GET" or "HEAD";

    public RequestTarget Target { get; }

    public CancellationToken Stopping { get; }

    /// <summary>The status of the response; null until it is sent.</summary>
    public HttpStatusCode? Status { get; private set; }

    public bool IsAnswered => Status is not null;

    /// <summary>True if the exchange was aborted from this end.</summary>
    public bool IsAborted => _aborted.IsCancellationRequested;

    /// <summary>The length of the request's body in bytes; null if it is chunked.</summary>
    public long? BodyLength => _head.BodyLength;

    /// <summary>Reads the body into a sink as it arrives.</summary>
    /// <exception cref="ClientGoneException">The connection ended first; the sink has received what arrived before.</exception>
    public async Task<long> ReadBodyAsync(Action<ReadOnlyMemory<byte>> sink)
    {
        Touch();
        if (_head.ExpectsContinue && !_isContinueSent && !_body.IsComplete)
        {
            _isContinueSent = true;
            await _connection.Stream.WriteAsync(ResponseHead.Continue, _aborted).ConfigureAwait(false);
        }

        var count = await BodyPump.ReceiveAsync(_body, sink, Touch, _aborted).ConfigureAwait(false);

        // The next operation of the registry may take long.
        _idle.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        return count;
    }

    /// <summary>Restarts the idle timeout.</summary>
    public void Touch() => _idle.Change(_options.IdleTimeout, Timeout.InfiniteTimeSpan);

    /// <summary>Sends a response without a body.</summary>
    public Task AnswerAsync(HttpStatusCode status) => AnswerAsync(status, ReadOnlyMemory<byte>.Empty, null);

    /// <summary>Sends a response whose body is in memory; only its head to HEAD.</summary>
    public async Task AnswerAsync(HttpStatusCode status, ReadOnlyMemory<byte> body, string? mediaType)
    {
        var head = BeginAnswer(status, body.Length, mediaType);
        byte[] all = IsHead ? head : [.. head, .. body.Span];
        await _connection.Stream.WriteAsync(all, _aborted).ConfigureAwait(false);
    }

    /// <summary>Sends the head of a response to a HEAD request.</summary>
    public async Task AnswerHeadAsync(HttpStatusCode status, long length, string mediaType) =>
        await _connection.Stream.WriteAsync(BeginAnswer(status, length, mediaType), _aborted).ConfigureAwait(false);

    /// <summary>Sends a response whose body is the next bytes of a stream.</summary>
    public async Task AnswerAsync(HttpStatusCode status, Stream body, long length, string mediaType)
    {
        await AnswerHeadAsync(status, length, mediaType).ConfigureAwait(false);
        await BodyPump.SendAsync(body, _connection.Stream, length, Touch, _aborted).ConfigureAwait(false);
    }

    /// <summary>Answers with an error.</summary>
    public Task RejectAsync(RequestRejectedException error)
    {
        foreach (var (name, value) in error.Headers)
        {
            ResponseHeaders[name] = value;
        }

        return AnswerAsync(error.Status, ErrorDocument.Of(error), ErrorDocument.MediaType);
    }

    /// <summary>
    /// Reads what is left of the request. Closing a connection with unread bytes resets it, which would destroy the response.
    /// </summary>
    /// <returns>True if the connection can take another request.</returns>
    public async Task<bool> CompleteAsync()
    {
        if (MustClose)
        {
            _connection.EndSending();
        }

        if (!_body.IsComplete && !_body.IsBroken)
        {
            _idle.Change(LocalRegistryLimits.DrainTimeout, Timeout.InfiniteTimeSpan);
            await BodyPump.DrainAsync(_body, LocalRegistryLimits.DrainLength, _aborted).ConfigureAwait(false);
        }

        return !MustClose && _body.IsComplete;
    }

    /// <summary>Ends the exchange at once; may be called from any thread and more than once.</summary>
    /// <param name="status">The status of the response if none was sent yet.</param>
    public void Abort(HttpStatusCode status)
    {
        Interlocked.CompareExchange(ref _abortStatus, (int)status, 0);
        try
        {
            _abort.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The exchange has just ended.
        }
    }

    /// <summary>Sends the reason for the abort to the client, if no response was started.</summary>
    public async Task AnswerAbortedAsync()
    {
        if (!IsAnswered)
        {
            using var limit = new CancellationTokenSource(LocalRegistryLimits.DrainTimeout);
            var status = _abortStatus == 0 ? HttpStatusCode.ServiceUnavailable : (HttpStatusCode)_abortStatus;
            await _connection.Stream.WriteAsync(BeginAnswer(status, 0, null), limit.Token).ConfigureAwait(false);
            _connection.EndSending();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _idle.Dispose();
        _abort.Dispose();
    }

    /// <summary>The request as a log shows it.</summary>
    public override string ToString() => _description;

    private bool MustClose => _head.IsLast || IsAborted || _body.IsBroken
        || (!_body.IsComplete && (BodyLength is null or > LocalRegistryLimits.DrainLength || (_head.ExpectsContinue && !_isContinueSent)));

    private byte[] BeginAnswer(HttpStatusCode status, long length, string? mediaType)
    {
        Status = status;
        Touch();
        ResponseHeaders["Content-Type"] = mediaType;
        ResponseHeaders["Content-Length"] = status is HttpStatusCode.NoContent or HttpStatusCode.NotModified
            ? null
            : length.ToString(CultureInfo.InvariantCulture);
        ResponseHeaders["Connection"] = MustClose ? "close" : null;
        return ResponseHead.Write(status, ResponseHeaders, _options.TimeProvider.GetUtcNow());
    }
}
