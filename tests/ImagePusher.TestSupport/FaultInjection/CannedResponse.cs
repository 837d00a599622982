using System.Globalization;
using ImagePusher.TestSupport.RawHttp;

namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>A response of the proxy itself.</summary>
internal sealed class CannedResponse(int status)
{
    private readonly HttpFields _fields = [];

    public string Body { get; set; } = $$"""{"errors":[{"code":"UNKNOWN","message":"made by the fault proxy: {{status}}"}]}""";

    public string ContentType { get; set; } = "application/json";

    public void AddHeader(string name, string value) => _fields.Add(name, value);

    /// <summary>The response's head and body; a HEAD gets the head alone.</summary>
    public (HttpHead Head, byte[] Body) For(string method, bool closes)
    {
        var body = status is 204 or 304 ? [] : System.Text.Encoding.UTF8.GetBytes(Body);
        var fields = _fields.Copy();
        if (status is not (204 or 304))
        {
            fields["Content-Type"] = ContentType;
            fields["Content-Length"] = body.Length.ToString(CultureInfo.InvariantCulture);
        }

        if (closes)
        {
            fields["Connection"] = "close";
        }

        return (HttpHead.Response(status, fields), method == "HEAD" ? [] : body);
    }
}
