using System.Globalization;
using System.Text;

namespace ImagePusher.TestSupport.RawHttp;

/// <summary>The start line and header fields of a request or a response (RFC 9112).</summary>
internal sealed class HttpHead
{
    private readonly string[] _start;

    private HttpHead(string[] start, HttpFields fields) => (_start, Fields) = (start, fields);

    public HttpFields Fields { get; }

    public bool IsRequest => !_start[0].StartsWith("HTTP/", StringComparison.Ordinal);

    public string Method => _start[0];

    public string Target { get => _start[1]; set => _start[1] = value; }

    public int Status
    {
        get => int.Parse(_start[1], CultureInfo.InvariantCulture);
        set => _start[1] = value.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Whether the connection may serve another request after this message.</summary>
    public bool KeepsAlive => (IsRequest ? _start[2] : _start[0]) == "HTTP/1.0"
        ? Fields.Has("Connection", "keep-alive")
        : !Fields.Has("Connection", "close");

    public bool ExpectsContinue => Fields.Has("Expect", "100-continue");

    /// <summary>How a request's body is delimited.</summary>
    public BodyFraming RequestFraming => DeclaredFraming ?? BodyFraming.None;

    private BodyFraming? DeclaredFraming => (Fields.Has("Transfer-Encoding", "chunked"), Fields["Content-Length"]) switch
    {
        (true, _) => BodyFraming.Chunked,
        (_, { } length) => BodyFraming.OfLength(long.Parse(length, NumberStyles.None, CultureInfo.InvariantCulture)),
        _ => null,
    };

    public static HttpHead Response(int status, HttpFields fields) =>
        new(["HTTP/1.1", status.ToString(CultureInfo.InvariantCulture), ((System.Net.HttpStatusCode)status).ToString()], fields);

    public static HttpHead Parse(string text)
    {
        var lines = text.Split("\r\n");
        var start = lines[0].Split(' ', 3);
        if (start.Length < 2 || (start.Length < 3 && !start[0].StartsWith("HTTP/", StringComparison.Ordinal)))
        {
            throw new InvalidDataException($"'{lines[0]}' is not a start line of HTTP/1.1.");
        }

        var fields = new HttpFields();
        foreach (var line in lines.Skip(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || line[0] is ' ' or '\t')
            {
                throw new InvalidDataException($"'{line}' is not a header field.");
            }

            fields.Add(line[..colon], line[(colon + 1)..].Trim(' ', '\t'));
        }

        return new HttpHead(start, fields);
    }

    /// <summary>How the body of this answer to a request of a method is delimited.</summary>
    public BodyFraming AnswerFraming(string method) => method == "HEAD" || Status is < 200 or 204 or 304
        ? BodyFraming.None
        : DeclaredFraming ?? BodyFraming.UntilClose;

    public HttpHead Copy() => new([.. _start], Fields.Copy());

    public byte[] ToBytes()
    {
        var text = new StringBuilder(string.Join(' ', _start)).Append("\r\n");
        foreach (var (name, value) in Fields)
        {
            text.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        return System.Text.Encoding.Latin1.GetBytes(text.Append("\r\n").ToString());
    }
}
