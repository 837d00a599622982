using System.Net;

namespace ImagePusher.LocalRegistry;

/// <summary>
/// One request and its answer. A client that neither sends nor takes a byte for the idle time-out is cut off, as is every
/// client when the registry stops.
/// </summary>
internal sealed class Exchange
{
    // What a client still sends after an early answer is read up to here, so that the answer reaches it.
    private const long DrainLimit = 64 * 1024 * 1024;
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(10);

    private readonly HttpListenerContext _context;
    private readonly string _description;
    private readonly TimeSpan _idleTimeout;
    private readonly ITimer _idle;

    // The listener may never end a read or a write of a connection that it closed: whoever waits is told by this.
    private readonly CancellationTokenSource _cut;
    private readonly CancellationToken _whenCut;
    private bool _isBodyRead;

    public Exchange(HttpListenerContext context, LocalRegistryOptions options, CancellationToken stopping)
    {
        (_context, _idleTimeout, Stopping) = (context, options.IdleTimeout, stopping);
        _cut = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _whenCut = _cut.Token;
        (Method, Target) = (Request.HttpMethod, RequestTarget.Parse(Request.RawUrl ?? "/"));

        // No query, which may be long, and no header, which may be secret. The listener forgets all of it when the exchange ends.
        _description = $"{Method} {Request.Url?.AbsolutePath} from {Request.RemoteEndPoint}";
        _isBodyRead = !Request.HasEntityBody;
        _idle = options.TimeProvider.CreateTimer(_ => Abort(HttpStatusCode.RequestTimeout), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Response.Headers["Docker-Distribution-API-Version"] = "registry/2.0";
    }

    public HttpListenerRequest Request => _context.Request;

    public HttpListenerResponse Response => _context.Response;

    public string Method { get; }

    public bool IsHead => Method == "HEAD";

    public RequestTarget Target { get; }

    public CancellationToken Stopping { get; }

    /// <summary>The answer's status; null as long as there is none. When there is, nothing can be refused any more.</summary>
    public HttpStatusCode? Status { get; private set; }

    public bool IsAnswered => Status is not null;

    /// <summary>How many bytes the request says its body has; null if it does not say.</summary>
    public long? BodyLength => !Request.HasEntityBody ? 0 : Request.ContentLength64 < 0 ? null : Request.ContentLength64;

    /// <summary>Reads the body into a sink as it comes in; what came before a connection broke is in the sink by then.</summary>
    /// <exception cref="ClientGoneException">The body ended before its length.</exception>
    public async Task<long> ReadBodyAsync(Action<ReadOnlyMemory<byte>> sink)
    {
        if (_isBodyRead)
        {
            return 0;
        }

        Touch();
        var count = await BodyPump.RunAsync(Request.InputStream, sink, Touch, _whenCut).ConfigureAwait(false);
        _isBodyRead = true;

        // What the registry does next may take its time.
        _idle.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        return BodyLength is { } length && count != length
            ? throw new ClientGoneException($"the body ended after {count} of {length} bytes")
            : count;
    }

    /// <summary>Notes that the client is alive; from now on it must stay so.</summary>
    public void Touch() => _idle.Change(_idleTimeout, Timeout.InfiniteTimeSpan);

    /// <summary>Sends an answer without a body.</summary>
    public Task AnswerAsync(HttpStatusCode status) => AnswerAsync(status, ReadOnlyMemory<byte>.Empty, null);

    /// <summary>Sends an answer whose body is in memory; to HEAD its head alone.</summary>
    public async Task AnswerAsync(HttpStatusCode status, ReadOnlyMemory<byte> body, string? mediaType)
    {
        var output = BeginAnswer(status, body.Length, mediaType);
        if (body.Length > 0 && !IsHead)
        {
            await output.WriteAsync(body, Stopping).AsTask().WaitAsync(_whenCut).ConfigureAwait(false);
        }
    }

    /// <summary>Sends so many bytes of a stream as the body of an answer that was begun.</summary>
    public Task SendBodyAsync(Stream input, Stream output, long length) => BodyPump.SendAsync(input, output, length, Touch, _whenCut);

    /// <summary>Sends the head of an answer of a known length with the first byte that is written to the stream.</summary>
    public Stream BeginAnswer(HttpStatusCode status, long length, string? mediaType)
    {
        Status = status;
        Touch();
        Response.StatusCode = (int)status;
        if (status != HttpStatusCode.NoContent)
        {
            Response.ContentLength64 = length;
        }

        Response.ContentType = mediaType;
        if (!_isBodyRead && BodyLength is null or > DrainLimit)
        {
            Response.KeepAlive = false;
        }

        return Response.OutputStream;
    }

    /// <summary>Sends a refusal, unless an answer was begun.</summary>
    public Task RefuseAsync(RefusedException refusal)
    {
        foreach (var (name, value) in refusal.Headers)
        {
            Response.Headers[name] = value;
        }

        return AnswerAsync(refusal.Status, ErrorAnswer.Of(refusal), ErrorAnswer.MediaType);
    }

    /// <summary>Ends the exchange; the connection is used again if the client sent all of its request.</summary>
    public async Task EndAsync()
    {
        if (!_isBodyRead)
        {
            await Response.OutputStream.FlushAsync(Stopping).WaitAsync(_whenCut).ConfigureAwait(false);
            await DrainAsync().ConfigureAwait(false);
        }

        Response.Close();
    }

    /// <summary>Cuts the connection. May be called from any thread, also when the exchange has ended.</summary>
    /// <param name="status">Why, where no answer was begun: the listener never closes a connection without one, and would say 200.</param>
    public void Abort(HttpStatusCode status)
    {
        try
        {
            if (!IsAnswered)
            {
                Response.StatusCode = (int)status;
            }

            Response.KeepAlive = false;
        }
        catch (InvalidOperationException)
        {
            // The answer's head was sent meanwhile.
        }

        try
        {
            Response.Abort();
            _cut.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself meanwhile.
        }
    }

    /// <summary>True if the connection was cut from this side.</summary>
    public bool IsCut => _whenCut.IsCancellationRequested;

    /// <summary>Lets go of the clock; to be called when nothing is read or written any more.</summary>
    public void StopClock()
    {
        _idle.Dispose();
        _cut.Dispose();
    }

    /// <summary>The request in a line of a log.</summary>
    public override string ToString() => _description;

    private async Task DrainAsync()
    {
        _idle.Change(DrainTime, Timeout.InfiniteTimeSpan);
        _isBodyRead = await BodyPump.DrainAsync(Request.InputStream, DrainLimit, _whenCut).ConfigureAwait(false);
        if (!_isBodyRead)
        {
            Response.KeepAlive = false;
        }
    }
}
