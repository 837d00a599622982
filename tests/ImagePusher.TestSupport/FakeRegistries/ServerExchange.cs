using System.Globalization;
using System.Net;
using ImagePusher.TestSupport.RawHttp;

namespace ImagePusher.TestSupport.FakeRegistries;

/// <summary>One request to a <see cref="LoopbackServer"/> and its response.</summary>
public sealed class ServerExchange
{
    private static readonly byte[] Continue = System.Text.Encoding.ASCII.GetBytes("HTTP/1.1 100 Continue\r\n\r\n");

    private readonly RawHttpConnection _connection;
    private readonly HttpHead _head;
    private readonly BodyReader _body;
    private readonly HttpFields _answer = [];
    private bool _awaitsContinue;

    internal ServerExchange(RawHttpConnection connection, HttpHead head, CancellationToken ended)
    {
        (_connection, _head, Ended) = (connection, head, ended);
        _body = new BodyReader(connection, head.RequestFraming);
        _awaitsContinue = head.ExpectsContinue;
    }

    /// <summary>GET, HEAD, POST, PATCH, PUT or DELETE.</summary>
    public string Method => _head.Method;

    /// <summary>Path and query, byte for byte.</summary>
    public string Target => _head.Target;

    /// <summary>The target without its query.</summary>
    public string Path => Target.Split('?', 2)[0];

    /// <summary>The length of the body if it was declared; 0 without a body, null if it comes in chunks.</summary>
    public long? ContentLength => _head.RequestFraming.Length;

    /// <summary>The status of the response; 0 before it.</summary>
    public int Status { get; private set; }

    /// <summary>Whether the connection ends after the response.</summary>
    public bool Closes { get; set; }

    /// <summary>Cancelled when the server ends.</summary>
    public CancellationToken Ended { get; }

    /// <summary>A header field of the request; null if it is not there.</summary>
    public string? Header(string name) => _head.Fields[name];

    /// <summary>The values of a query parameter, decoded.</summary>
    public IReadOnlyList<string> Query(string name) => FormValues(Target.Split('?', 2) is [_, var query] ? query : "", name);

    /// <summary>The first value of a query parameter, decoded; null if it is not there.</summary>
    public string? FirstQuery(string name) => Query(name) is [var first, ..] ? first : null;

    /// <summary>The values of a parameter in a query or a form, decoded.</summary>
    public static IReadOnlyList<string> FormValues(string form, string name) =>
    [
        .. form.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .Where(pair => WebUtility.UrlDecode(pair[0]) == name)
            .Select(pair => pair.Length == 2 ? WebUtility.UrlDecode(pair[1]) : ""),
    ];

    /// <summary>Reads some bytes of the body, after 100 Continue if the client waits for it; 0 is the end.</summary>
    /// <exception cref="IOException">The connection ended before the body.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        if (_awaitsContinue)
        {
            _awaitsContinue = false;
            await _connection.WriteAsync(Continue, Ended);
        }

        return await _body.ReadAsync(buffer, Ended);
    }

    /// <summary>Reads the whole body.</summary>
    public async Task<byte[]> ReadAllAsync()
    {
        var all = new MemoryStream();
        var piece = new byte[RawHttpConnection.PieceSize];
        while (await ReadAsync(piece) is > 0 and var count)
        {
            all.Write(piece, 0, count);
        }

        return all.ToArray();
    }

    /// <summary>Adds a header field to the response.</summary>
    public void Add(string name, string value) => _answer.Add(name, value);

    /// <summary>Responds with a text, or with none.</summary>
    public Task RespondAsync(int status, string body = "", string contentType = "application/json") =>
        RespondAsync(status, System.Text.Encoding.UTF8.GetBytes(body), contentType);

    /// <summary>Responds with bytes.</summary>
    public async Task RespondAsync(int status, byte[] body, string contentType)
    {
        await BeginAsync(status, body.Length, contentType);
        await WriteAsync(body);
    }

    /// <summary>Sends the response's head; the body follows by <see cref="WriteAsync"/>, but not for HEAD, 204 and 304.</summary>
    public async Task BeginAsync(int status, long length, string contentType)
    {
        Status = status;
        if (status is not (204 or 304))
        {
            _answer["Content-Length"] = length.ToString(CultureInfo.InvariantCulture);
        }

        if (length > 0)
        {
            _answer["Content-Type"] = contentType;
        }

        // A client that waits for 100 Continue and receives this instead may or may not send the body: only a new connection is safe.
        Closes |= _awaitsContinue && !_body.IsAtEnd;
        if (Closes)
        {
            _answer["Connection"] = "close";
        }

        await _connection.WriteAsync(HttpHead.Response(status, _answer).ToBytes(), Ended);
    }

    /// <summary>Sends a part of the response's body; nothing for HEAD, 204 and 304.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        if (Method != "HEAD" && Status is not (204 or 304))
        {
            await _connection.WriteAsync(bytes, Ended);
        }
    }

    /// <summary>Sends exactly this text, which need not be HTTP, and ends the connection.</summary>
    public Task RespondRawAsync(string text)
    {
        Closes = true;
        return _connection.WriteAsync(System.Text.Encoding.Latin1.GetBytes(text), Ended).AsTask();
    }

    /// <summary>Ends the connection by RST, now.</summary>
    public void Reset()
    {
        Closes = true;
        _connection.Reset();
    }

    /// <summary>Reads the rest of the body; returns true if the connection can serve another request.</summary>
    internal async Task<bool> CompleteAsync()
    {
        if (Closes || !_head.KeepsAlive)
        {
            return false;
        }

        var piece = new byte[RawHttpConnection.PieceSize];
        while (await _body.ReadAsync(piece, Ended) > 0)
        {
        }

        return true;
    }
}
