using System.Globalization;
using System.Net;
using System.Text;

namespace ImagePusher.Core.Tests.Fuzzing;

/// <summary>
/// Answers one request after the other with the responses of a script, from the start again after the last one. A response is a line with
/// its status, a line for each header, an empty line and a body; a line <c>====</c> is between two responses.
/// </summary>
internal sealed class CannedResponses(string script) : HttpMessageHandler
{
    /// <summary>More requests than any operation needs, retries and pages included.</summary>
    private const int MostRequests = 3000;

    private readonly string[] _responses = script.Split("\n====\n");
    private int _next;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is { } content)
        {
            await content.CopyToAsync(Stream.Null, cancellationToken);
        }

        Assert.True(++_next <= MostRequests, "The requests do not end.");
        return Read(_responses[(_next - 1) % _responses.Length], request);
    }

    private static HttpResponseMessage Read(string text, HttpRequestMessage request)
    {
        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        var lines = (end < 0 ? text : text[..end]).Split('\n');
        var status = int.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? Math.Clamp(code, 100, 999)
            : 200;
        var response = new HttpResponseMessage((HttpStatusCode)status)
        {
            RequestMessage = request,
            Content = new ByteArrayContent(end < 0 || request.Method == HttpMethod.Head ? [] : Encoding.UTF8.GetBytes(text[(end + 2)..])),
        };
        foreach (var line in lines.Skip(1))
        {
            if (line.IndexOf(':', StringComparison.Ordinal) is var colon and > 0)
            {
                _ = response.Headers.TryAddWithoutValidation(line[..colon], line[(colon + 1)..].Trim())
                    || response.Content.Headers.TryAddWithoutValidation(line[..colon], line[(colon + 1)..].Trim());
            }
        }

        return response;
    }
}
