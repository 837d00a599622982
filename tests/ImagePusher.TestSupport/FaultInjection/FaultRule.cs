using System.Globalization;

namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>
/// The faults of matching requests: those whose method and target match, subject to what <see cref="Skip"/>,
/// <see cref="Take"/> and <see cref="Sometimes"/> set. All faults of a rule apply, and so do all rules that match one request,
/// in the order in which they were created.
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

    /// <summary>The number of requests that the rule applied to.</summary>
    public int Hits => Volatile.Read(ref _hits);

    /// <summary>Completes when the rule applies to its first request; for a rule that stalls, when that request is stalled.</summary>
    public Task Reached => ReachedTimes(1);

    internal bool Stalls => _faults.Exists(fault => fault is StallFault or StallResponseFault);

    internal IReadOnlyList<Fault> Faults => _faults;

    /// <summary>Completes when the rule has applied to a number of requests; for a rule that stalls, when it has stalled that many
    /// times.</summary>
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

    /// <summary>Skips the first matching requests.</summary>
    public FaultRule Skip(int count) => With(() => _skipped = count);

    /// <summary>Applies to a number of requests and then to no more.</summary>
    public FaultRule Take(int count) => With(() => _taken = count);

    /// <summary>Applies to the n-th matching request only, counted from 1.</summary>
    public FaultRule Nth(int number) => Skip(number - 1).Take(1);

    /// <summary>Applies to a request with this probability, by a generator with this seed.</summary>
    public FaultRule Sometimes(double probability, int seed) => With(() =>
    {
#pragma warning disable CA5394 // Chance for a test, no secret.
        var random = new Random(seed);
        _chance = () => random.NextDouble() < probability;
#pragma warning restore CA5394
    });

    /// <summary>Applies only to requests that meet this condition.</summary>
    public FaultRule If(Func<ProxiedRequest, bool> condition) => With(() => _condition = condition);

    /// <summary>Cuts the connection after a number of bytes of request bodies. The server behind gets the bytes before, then FIN; the
    /// client is cut when the server has closed.</summary>
    public FaultRule CutUp(long after, CutKind kind = CutKind.Reset, CutScope scope = CutScope.Request) =>
        Add(new CutFault(Direction.Up, after, kind, scope));

    /// <summary>Cuts the connection after a number of bytes of response bodies. A reset may lose up to 128 KiB of them.</summary>
    public FaultRule CutDown(long after, CutKind kind = CutKind.Reset, CutScope scope = CutScope.Request) =>
        Add(new CutFault(Direction.Down, after, kind, scope));

    /// <summary>Cuts the connection before the request is sent on.</summary>
    public FaultRule DropRequest(CutKind kind = CutKind.Reset) => Add(new DropFault(Direction.Up, kind));

    /// <summary>Cuts the connection after the server has processed the request, before its response is sent to the client.</summary>
    public FaultRule LoseResponse(CutKind kind = CutKind.Reset) => Add(new DropFault(Direction.Down, kind));

    /// <summary>
    /// Passes a number of bytes of request bodies and then none, until the proxy's Release or its end. Counted over a connection or the
    /// proxy, it
    /// stalls again after as many bytes, so that a test can kill a process each time.
    /// </summary>
    public FaultRule StallUp(long after, CutScope scope = CutScope.Request) => Add(new StallFault(Direction.Up, after, scope));

    /// <summary>Passes a number of bytes of response bodies and then none, until the proxy's Release or the end; see <see
    /// cref="StallUp"/>.</summary>
    public FaultRule StallDown(long after, CutScope scope = CutScope.Request) => Add(new StallFault(Direction.Down, after, scope));

    /// <summary>Holds back the server's response until the proxy's Release or its end.</summary>
    public FaultRule StallResponse() => Add(new StallResponseFault());

    /// <summary>Sends the server's response later by the time that the proxy's TimeProvider measures.</summary>
    public FaultRule DelayResponse(TimeSpan latency) => Add(new DelayResponseFault(latency));

    /// <summary>Passes a request's body in portions with pauses.</summary>
    public FaultRule DripUp(int portion, TimeSpan pause) => Add(new DripFault(Direction.Up, portion, pause));

    /// <summary>Passes a response's body in portions with pauses.</summary>
    public FaultRule DripDown(int portion, TimeSpan pause) => Add(new DripFault(Direction.Down, portion, pause));

    /// <summary>
    /// Responds instead of the server after the request's body was read; the connection stays. A request that expects 100-continue
    /// is answered at once, and its connection ends.
    /// </summary>
    public FaultRule Respond(int status) => Add(new ResponseFault(_answer = new CannedResponse(status), null));

    /// <summary>Responds instead of the server after a given number of bytes of the body and closes immediately: unread data causes the
    /// kernel to send RST.</summary>
    public FaultRule RespondEarly(int status, long after = 0) => Add(new ResponseFault(_answer = new CannedResponse(status), after));

    /// <summary>Adds a header field to the last response of this rule.</summary>
    public FaultRule WithHeader(string name, string value) => With(() => Canned.AddHeader(name, value));

    /// <summary>Adds Retry-After as whole seconds to the last response of this rule.</summary>
    public FaultRule WithRetryAfter(TimeSpan delay) =>
        WithHeader("Retry-After", ((long)delay.TotalSeconds).ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds Retry-After as an HTTP date to the last response of this rule.</summary>
    public FaultRule WithRetryAfter(DateTimeOffset time) => WithHeader("Retry-After", time.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>Gives the last response of this rule another body than the JSON error with the code UNKNOWN.</summary>
    public FaultRule WithBody(string body, string contentType = "application/json") =>
        With(() => (Canned.Body, Canned.ContentType) = (body, contentType));

    /// <summary>Responds 307 with the same path and query on another host, with a query that resembles a signature.</summary>
    public FaultRule RedirectTo(string address, string scheme = "http") =>
        Add(new RedirectFault($"{scheme}://{address}"));

    /// <summary>Sets a request's header field before it is sent on.</summary>
    public FaultRule SetRequestHeader(string name, string? value) => Add(new HeaderFault(Direction.Up, name, (_, _) => value));

    /// <summary>Removes a request's header field before it is sent on, such as Range.</summary>
    public FaultRule DropRequestHeader(string name) => SetRequestHeader(name, null);

    /// <summary>Sets a header field of the server's response, such as Docker-Content-Digest; null removes it.</summary>
    public FaultRule SetResponseHeader(string name, string? value) => Add(new HeaderFault(Direction.Down, name, (_, _) => value));

    /// <summary>Replaces the status of the server's response, such as 201 by 202; the server has processed the request.</summary>
    public FaultRule SetStatus(int status) => Add(new StatusFault(status));

    /// <summary>Rewrites the Location of the server's response.</summary>
    public FaultRule RewriteLocation(Func<string, string> change) => Relocate((location, _) => change(location));

    /// <summary>Replaces the Location by the URL that was just used.</summary>
    public FaultRule StaleLocation() => Relocate((_, target) => target);

    /// <summary>Replaces the Location by one on another host, or with another scheme.</summary>
    public FaultRule ForeignLocation(string address, string scheme = "http") =>
        Relocate((location, _) => $"{scheme}://{address}{Locations.PathAndQuery(location)}");

    /// <summary>Replaces the Location by one of path and query alone.</summary>
    public FaultRule HostRelativeLocation() => Relocate((location, _) => Locations.PathAndQuery(location));

    /// <summary>Replaces the Location by one relative to the request's path, which begins without a slash.</summary>
    public FaultRule PathRelativeLocation() => Relocate(Locations.RelativeTo);

    /// <summary>Replaces the Location by one whose path begins with two slashes, on an absolute URL of the client's own host.</summary>
    public FaultRule DoubledSlash(string address, string scheme = "http") =>
        Relocate((location, _) => $"{scheme}://{address}/{Locations.PathAndQuery(location)}");

    /// <summary>Sends only the first bytes of the response's body, in a message that is complete.</summary>
    public FaultRule TruncateBody(long length) => Add(new BodyFault(length, null));

    /// <summary>Changes one byte of the response's body.</summary>
    public FaultRule FlipByte(long at) => Add(new BodyFault(null, at));

    /// <summary>Whether the rule applies to this request; counts it.</summary>
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

    private CannedResponse Canned => _answer ?? throw new InvalidOperationException("This rule has no response yet.");

    private FaultRule Relocate(Func<string, string, string> change) => Add(new HeaderFault(
        Direction.Down, "Location", (location, target) => location is null ? null : change(location, target)));

    private FaultRule With(Action set)
    {
        set();
        return this;
    }

    private FaultRule Add(Fault fault) => With(() => _faults.Add(fault));
}
