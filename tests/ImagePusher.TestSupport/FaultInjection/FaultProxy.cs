using System.Globalization;
using System.Text.RegularExpressions;
using ImagePusher.TestSupport.RawHttp;

namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>
/// A fault-injection proxy for HTTP/1.1 on a loopback port: it forwards every byte as it arrives, except where a rule says otherwise, and
/// records every request. It keeps the client's Host, so that a registry behind it writes Locations that lead back to the proxy.
/// </summary>
public sealed partial class FaultProxy : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly LoopbackListener _listener;
    private readonly FaultProxyOptions _options;
    private readonly IReadOnlyList<string> _backends;
    private readonly List<FaultRule> _rules = [];
    private readonly List<ProxiedRequest> _requests = [];
    private TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _idle = new();
    private int _open;
    private int _connections;
    private int _numbers;
    private int _turn = -1;

    private FaultProxy(IReadOnlyList<string> backends, FaultProxyOptions options)
    {
        (_backends, _options) = (backends, options);
        _idle.SetResult();
        _listener = new LoopbackListener(options.Certificates, ServeAsync);
    }

    /// <summary>localhost and the port, as in a reference.</summary>
    public string Address => $"localhost:{_listener.Port}";

    /// <summary>The same port under another name, 127.0.0.1: another host for a client.</summary>
    public string OtherAddress => $"127.0.0.1:{_listener.Port}";

    /// <summary>Its root, with a slash at the end.</summary>
    public Uri Url => new($"{_listener.Scheme}://{Address}/");

    /// <summary>All requests since the start or <see cref="Forget"/>, in the order of their arrival.</summary>
    public IReadOnlyList<ProxiedRequest> Requests
    {
        get
        {
            lock (_lock)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>How many connections were opened to it.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Completes when no request is in progress: each has its response, or its client is gone.</summary>
    public Task Idle
    {
        get
        {
            lock (_lock)
            {
                return _idle.Task;
            }
        }
    }

    internal TimeProvider TimeProvider => _options.TimeProvider;

    internal Task Released
    {
        get
        {
            lock (_lock)
            {
                return _release.Task;
            }
        }
    }

    /// <summary>Starts one in front of a server.</summary>
    /// <param name="backend">Host and port of a server that speaks plain http.</param>
    /// <param name="options">The behavior without a matching rule.</param>
    public static FaultProxy Start(string backend, FaultProxyOptions? options = null) => Start([backend], options);

    /// <summary>Starts one in front of several servers, of which each request goes to one.</summary>
    public static FaultProxy Start(IReadOnlyList<string> backends, FaultProxyOptions? options = null) =>
        new(backends, options ?? new FaultProxyOptions());

    /// <summary>Adds a rule.</summary>
    /// <param name="method">The method, or several with | between, or * for any.</param>
    /// <param name="target">A regular expression that is found in path and query.</param>
    public FaultRule On(string method, string target = "")
    {
        var rule = new FaultRule(method, target);
        lock (_lock)
        {
            _rules.Add(rule);
        }

        return rule;
    }

    /// <summary>Removes all rules; requests that a rule applies to already are not affected.</summary>
    public void ClearRules()
    {
        lock (_lock)
        {
            _rules.Clear();
        }
    }

    /// <summary>Releases everything that is stalled now. Later stalls wait for the next call.</summary>
    public void Release()
    {
        lock (_lock)
        {
            _release.SetResult();
            _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Forgets the requests until now.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _requests.Clear();
        }
    }

    /// <summary>The requests of a method (or several with |, or *) whose target matches a regular expression.</summary>
    public IReadOnlyList<ProxiedRequest> RequestsOf(string method, string target = "") =>
        [.. Requests.Where(request => request.Is(method, target))];

    /// <summary>How many requests there were of a method (or several with |, or *) whose target matches a regular expression.</summary>
    public int Count(string method, string target = "") => RequestsOf(method, target).Count;

    /// <summary>How many bytes of bodies such requests sent.</summary>
    public long BytesUp(string method = "*", string target = "") => RequestsOf(method, target).Sum(request => request.BytesUp);

    /// <summary>How many bytes of bodies such requests got.</summary>
    public long BytesDown(string method = "*", string target = "") => RequestsOf(method, target).Sum(request => request.BytesDown);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    internal byte[] ToSendOn(HttpHead request)
    {
        if (_options.MergesSlashes)
        {
            var parts = request.Target.Split('?', 2);
            parts[0] = Slashes().Replace(parts[0], "/");
            request.Target = string.Join('?', parts);
        }

        if (_options.Certificates is not null)
        {
            request.Fields["X-Forwarded-Proto"] = "https";
        }

        return request.ToBytes();
    }

    internal string BackendFor(ProxiedRequest request)
    {
        if (_options.StickyByCookie && Sticky().Match(request.Header("Cookie") ?? "") is { Success: true } match)
        {
            return _backends[int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) % _backends.Count];
        }

        return _backends[(Interlocked.Increment(ref _turn) & int.MaxValue) % _backends.Count];
    }

    /// <summary>Gives a client of several backends the cookie that keeps it with one.</summary>
    internal void Mark(ProxiedRequest request, HttpHead answer)
    {
        if (_options.StickyByCookie && _backends.Count > 1 && !Sticky().IsMatch(request.Header("Cookie") ?? ""))
        {
            answer.Fields.Add("Set-Cookie", $"backend={_backends.ToList().IndexOf(request.Backend!)}; Path=/; HttpOnly");
        }
    }

    private async Task ServeAsync(RawHttpConnection client, CancellationToken ended)
    {
        var connection = Interlocked.Increment(ref _connections);
        var end = ExchangeEnd.KeepAlive;
        while (end == ExchangeEnd.KeepAlive && await client.ReadHeadAsync(ended) is { } head)
        {
            var record = new ProxiedRequest(Interlocked.Increment(ref _numbers), connection, head);
            List<FaultRule> rules;
            lock (_lock)
            {
                _requests.Add(record);
                rules = _rules.FindAll(rule => rule.Takes(record));
                if (_open++ == 0)
                {
                    _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
                }
            }

            try
            {
                end = await new Exchange(this, client, head, record, rules, ended).RunAsync();
            }
            finally
            {
                lock (_lock)
                {
                    if (--_open == 0)
                    {
                        _idle.SetResult();
                    }
                }
            }
        }

        if (end == ExchangeEnd.Finish)
        {
            await client.FinishAsync(TimeSpan.FromSeconds(2), ended);
        }
    }

    [GeneratedRegex("//+")]
    private static partial Regex Slashes();

    [GeneratedRegex(@"(?:^|;\s*)backend=(\d+)")]
    private static partial Regex Sticky();
}
