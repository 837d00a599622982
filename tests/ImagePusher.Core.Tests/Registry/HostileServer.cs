using System.Net;
using Microsoft.Extensions.Time.Testing;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>A registry without connections that responds as specified by a test, uses its own clock, and counts the requests and
/// bytes.</summary>
internal sealed class HostileServer(FakeTimeProvider time, Func<HttpRequestMessage, HttpResponseMessage> respond) : HttpMessageHandler
{
    private long _bytes;
    private int _requests;

    /// <summary>The requests but for the first one, to /v2/.</summary>
    public int Requests => _requests;

    /// <summary>The bytes of bodies that were read.</summary>
    public long Bytes => _bytes;

    public TimeSpan Elapsed => time.GetUtcNow() - time.Start;

    /// <summary>A response whose body drips.</summary>
    public HttpResponseMessage Drip(HttpStatusCode status, long length, int portion, TimeSpan pause, bool statesLength = true)
    {
        var content = new StreamContent(new DripStream(length, portion, pause, time, count => Interlocked.Add(ref _bytes, count)));
        content.Headers.ContentLength = statesLength ? length : null;
        return new HttpResponseMessage(status) { Content = content };
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri!.AbsolutePath == "/v2/")
        {
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK));
        }

        Interlocked.Increment(ref _requests);
        return Task.FromResult(respond(request));
    }
}
