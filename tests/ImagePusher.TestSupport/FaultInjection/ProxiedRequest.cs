using System.Text.RegularExpressions;
using ImagePusher.TestSupport.RawHttp;

namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>A request received by a fault proxy, and its result.</summary>
public sealed class ProxiedRequest
{
    private readonly HttpFields _fields;
    private long _bytesUp;
    private long _bytesDown;

    internal ProxiedRequest(int number, int connection, HttpHead head)
    {
        (Number, Connection, Method, Target) = (number, connection, head.Method, head.Target);
        _fields = head.Fields.Copy();
    }

    /// <summary>Its place in the order of arrival, from 1.</summary>
    public int Number { get; }

    /// <summary>The number of the client's connection that it came by, from 1.</summary>
    public int Connection { get; }

    /// <summary>GET, HEAD, POST, PATCH, PUT or DELETE.</summary>
    public string Method { get; }

    /// <summary>Path and query as the client sent them, byte for byte.</summary>
    public string Target { get; }

    /// <summary>The target without its query.</summary>
    public string Path => Target.Split('?', 2)[0];

    /// <summary>The query without its question mark; empty if the target has no query.</summary>
    public string Query => Target.Split('?', 2) is [_, var query] ? query : "";

    /// <summary>The header fields as the client sent them.</summary>
    public IEnumerable<KeyValuePair<string, string>> Headers => _fields;

    /// <summary>The bytes of its body, without chunk framing, that arrived here and were used.</summary>
    public long BytesUp => Interlocked.Read(ref _bytesUp);

    /// <summary>The bytes of the response's body, without chunk framing, that were sent to the client.</summary>
    public long BytesDown => Interlocked.Read(ref _bytesDown);

    /// <summary>The status that the client got; 0 if it got none.</summary>
    public int Status { get; internal set; }

    /// <summary>The header fields of the response that the client got; empty if it got none.</summary>
    public IEnumerable<KeyValuePair<string, string>> AnswerHeaders { get; internal set; } = [];

    /// <summary>The server behind the proxy that got it; null if none did.</summary>
    public string? Backend { get; internal set; }

    /// <summary>Whether the proxy cut its connection.</summary>
    public bool WasCut { get; internal set; }

    /// <summary>A header field of the request, several joined by a comma; null if it is not there.</summary>
    public string? Header(string name) => _fields[name];

    /// <summary>Whether its method is this, or one of several with | between, or * for any, and its target matches a regular
    /// expression.</summary>
    public bool Is(string method, string target = "") =>
        (method == "*" || method.Split('|').Contains(Method)) && Regex.IsMatch(Target, target);

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Number}: {Method} {Target} -> {Status}, {BytesUp} up, {BytesDown} down{(WasCut ? ", cut" : "")}";

    internal void AddUp(int count) => Interlocked.Add(ref _bytesUp, count);

    internal void AddDown(int count) => Interlocked.Add(ref _bytesDown, count);
}
