using System.Globalization;

namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>
/// What goes wrong with the requests that it takes: those whose method and target match, in the turn that <see cref="Skip"/>,
/// <see cref="Take"/> and <see cref="Sometimes"/> set. Several faults of one rule all act; so do several rules that take one request,
/// in the order in which they were made.
/// </summary>
public sealed class FaultRule
{
    private readonly Lock _lock = new();
    private readonly string _method;
    private readonly string _target;
    private readonly List<Fault> _faults = [];
    private readonly List<(int Times, TaskCompletionSource Source)> _waiting = [];
    private Func<ProxiedRequest, bool> _condition = _ => true;
    private Func<bool> _chance = () => true;
    private CannedResponse? _answer;
    private int _skipped;
    private int _taken = int.MaxValue;
    private int _seen;
    private int _hits;
    private int _reached;

    internal FaultRule(string method, string target) => (_method, _target) = (method, target);

    /// <summary>How many requests it took.</summary>
    public int Hits => Volatile.Read(ref _hits);

    /// <summary>Completes when it takes its first request; for a rule that stalls, when that stands still.</summary>
    public Task Reached => ReachedTimes(1);

    internal bool Stalls => _faults.Exists(fault => fault is StallFault or StallResponseFault);

    internal IReadOnlyList<Fault> Faults => _faults;

    /// <summary>Completes when it took so many requests; for a rule that stalls, when it stood still so often.</summary>
    public Task ReachedTimes(int times)
    {
        lock (_lock)
        {
            var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((times, source));
            Signal();
            return source.Task;
        }
    }

    /// <summary>Leaves the first matching requests alone.</summary>
    public FaultRule Skip(int count) => With(() => _skipped = count);

    /// <summary>Takes so many requests and then no more.</summary>
    public FaultRule Take(int count) => With(() => _taken = count);

    /// <summary>Takes the n-th matching request alone, counted from 1.</summary>
    public FaultRule Nth(int number) => Skip(number - 1).Take(1);

    /// <summary>Takes a request with this probability, decided by a generator with this seed.</summary>
    public FaultRule Sometimes(double probability, int seed) => With(() =>
    {
#pragma warning disable CA5394 // Chance for a test, no secret.
        var random = new Random(seed);
        _chance = () => random.NextDouble() < probability;
#pragma warning restore CA5394
    });

    /// <summary>Takes only requests for which this holds.</summary>
    public FaultRule If(Func<ProxiedRequest, bool> condition) => With(() => _condition = condition);

    /// <summary>Cuts the connection when more than so many bytes of request bodies want to pass. The server behind gets the bytes before, then FIN; the client is cut when the server has closed.</summary>
    public FaultRule CutUp(long after, CutKind kind = CutKind.Reset, CutScope scope = CutScope.Request) =>
        Add(new CutFault(Direction.Up, after, kind, scope));

    /// <summary>Cuts the connection when more than so many bytes of answer bodies want to pass. A reset may lose up to 128 KiB of them on the way.</summary>
    public FaultRule CutDown(long after, CutKind kind = CutKind.Reset, CutScope scope = CutScope.Request) =>
        Add(new CutFault(Direction.Down, after, kind, scope));

    /// <summary>Cuts the connection before the request is sent on.</summary>
    public FaultRule DropRequest(CutKind kind = CutKind.Reset) => Add(new DropFault(Direction.Up, kind));

    /// <summary>Cuts the connection when the server has done what was asked and before its answer is sent to the client.</summary>
    public FaultRule LoseResponse(CutKind kind = CutKind.Reset) => Add(new DropFault(Direction.Down, kind));

    /// <summary>
    /// Takes so many bytes of request bodies and then no more, until the proxy's Release or the end. Over a connection or the proxy it
    /// stands still again after as many bytes: there a test kills a process every so many bytes.
    /// </summary>
    public FaultRule StallUp(long after, CutScope scope = CutScope.Request) => Add(new StallFault(Direction.Up, after, scope));

    /// <summary>Gives so many bytes of answer bodies and then no more, until the proxy's Release or the end; see <see cref="StallUp"/>.</summary>
    public FaultRule StallDown(long after, CutScope scope = CutScope.Request) => Add(new StallFault(Direction.Down, after, scope));

    /// <summary>Gives no answer, although the server gave one, until the proxy's Release or the end.</summary>
    public FaultRule StallResponse() => Add(new StallResponseFault());

    /// <summary>Takes a request's body in portions with pauses.</summary>
    public FaultRule DripUp(int portion, TimeSpan pause) => Add(new DripFault(Direction.Up, portion, pause));

    /// <summary>Gives an answer's body in portions with pauses.</summary>
    public FaultRule DripDown(int portion, TimeSpan pause) => Add(new DripFault(Direction.Down, portion, pause));

    /// <summary>
    /// Answers in the server's place after the request's body was read; the connection stays. A request that expects 100-continue
    /// is answered at once, and its connection ends.
    /// </summary>
    public FaultRule Respond(int status) => Add(new ResponseFault(_answer = new CannedResponse(status), null));

    /// <summary>Answers in the server's place after so many bytes of the body and closes at once: what is unread makes the kernel send RST.</summary>
    public FaultRule RespondEarly(int status, long after = 0) => Add(new ResponseFault(_answer = new CannedResponse(status), after));

    /// <summary>Adds a header field to the last answer of this rule.</summary>
    public FaultRule WithHeader(string name, string value) => With(() => Canned.AddHeader(name, value));

    /// <summary>Adds Retry-After as whole seconds to the last answer of this rule.</summary>
    public FaultRule WithRetryAfter(TimeSpan delay) =>
        WithHeader("Retry-After", ((long)delay.TotalSeconds).ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds Retry-After as an HTTP date to the last answer of this rule.</summary>
    public FaultRule WithRetryAfter(DateTimeOffset time) => WithHeader("Retry-After", time.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>Gives the last answer of this rule another body than the JSON error with the code UNKNOWN.</summary>
    public FaultRule WithBody(string body, string contentType = "application/json") =>
        With(() => (Canned.Body, Canned.ContentType) = (body, contentType));

    /// <summary>Answers 307 with the same path and query on another host, plus what looks like a signature.</summary>
    public FaultRule RedirectTo(string address, string scheme = "http") =>
        Add(new RedirectFault($"{scheme}://{address}"));

    /// <summary>Sets a request's header field before it is sent on.</summary>
    public FaultRule SetRequestHeader(string name, string? value) => Add(new HeaderFault(Direction.Up, name, (_, _) => value));

    /// <summary>Removes a request's header field before it is sent on, such as Range.</summary>
    public FaultRule DropRequestHeader(string name) => SetRequestHeader(name, null);

    /// <summary>Sets a header field of the server's answer, such as Docker-Content-Digest; null removes it.</summary>
    public FaultRule SetResponseHeader(string name, string? value) => Add(new HeaderFault(Direction.Down, name, (_, _) => value));

    /// <summary>Replaces the status of the server's response, such as 201 by 202; the server has processed the request.</summary>
    public FaultRule SetStatus(int status) => Add(new StatusFault(status));

    /// <summary>Rewrites the Location of the server's answer.</summary>
    public FaultRule RewriteLocation(Func<string, string> change) => Relocate((location, _) => change(location));

    /// <summary>Gives the URL that was just used as the Location of what follows.</summary>
    public FaultRule StaleLocation() => Relocate((_, target) => target);

    /// <summary>Gives a Location on another host, or with another scheme.</summary>
    public FaultRule ForeignLocation(string address, string scheme = "http") =>
        Relocate((location, _) => $"{scheme}://{address}{Locations.PathAndQuery(location)}");

    /// <summary>Gives a Location of path and query alone.</summary>
    public FaultRule HostRelativeLocation() => Relocate((location, _) => Locations.PathAndQuery(location));

    /// <summary>Gives a Location relative to the request's path, which begins without a slash.</summary>
    public FaultRule PathRelativeLocation() => Relocate(Locations.RelativeTo);

    /// <summary>Gives a Location whose path begins with two slashes, on an absolute URL of the client's own host.</summary>
    public FaultRule DoubledSlash(string address, string scheme = "http") =>
        Relocate((location, _) => $"{scheme}://{address}/{Locations.PathAndQuery(location)}");

    /// <summary>Gives only the first bytes of the answer's body, in a message that says that it is complete.</summary>
    public FaultRule TruncateBody(long length) => Add(new BodyFault(length, null));

    /// <summary>Changes one byte of the answer's body.</summary>
    public FaultRule FlipByte(long at) => Add(new BodyFault(null, at));

    /// <summary>Whether this request is its turn; counts it.</summary>
    internal bool Takes(ProxiedRequest request)
    {
        lock (_lock)
        {
            if (!request.Is(_method, _target) || !_condition(request))
            {
                return false;
            }

            _seen++;
            if (_seen <= _skipped || _seen - _skipped > _taken || !_chance())
            {
                return false;
            }

            _hits++;
        }

        if (!Stalls)
        {
            SetReached();
        }

        return true;
    }

    internal void SetReached()
    {
        lock (_lock)
        {
            _reached++;
            Signal();
        }
    }

    private void Signal()
    {
        _waiting.FindAll(waiting => waiting.Times <= _reached).ForEach(waiting => waiting.Source.TrySetResult());
        _waiting.RemoveAll(waiting => waiting.Times <= _reached);
    }

    private CannedResponse Canned => _answer ?? throw new InvalidOperationException("This rule answers nothing yet.");

    private FaultRule Relocate(Func<string, string, string> change) => Add(new HeaderFault(
        Direction.Down, "Location", (location, target) => location is null ? null : change(location, target)));

    private FaultRule With(Action set)
    {
        set();
        return this;
    }

    private FaultRule Add(Fault fault) => With(() => _faults.Add(fault));
}
