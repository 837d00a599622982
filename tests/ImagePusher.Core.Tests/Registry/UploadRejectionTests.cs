using System.Net;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>A registry that rejects every form of an upload gets a bounded number of requests, and its rejection is the error.</summary>
public sealed class UploadRejectionTests
{
    [Theory]
    [InlineData(413, 416, false)]
    [InlineData(413, 404, false)]
    [InlineData(413, 413, false)]
    [InlineData(413, 400, true)]
    [InlineData(404, 413, true)]
    [InlineData(416, 405, false)]
    public async Task Every_form_is_tried_a_bounded_number_of_times(int stream, int chunk, bool isKnown)
    {
        var server = new RejectingServer((HttpStatusCode)stream, (HttpStatusCode)chunk);
        await using var session = new RegistrySession(change: options => options with { HandlerFactory = _ => server });
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(
            () => session.Repository("registry.example").WriteBlobAsync(MemoryBlob.Random(3000, isKnown: isKnown),
                TestContext.Current.CancellationToken));
        Assert.True((int)error.StatusCode! == stream || (int)error.StatusCode == chunk);
        Assert.InRange(server.Requests, 2, 60);
    }

    private sealed class RejectingServer(HttpStatusCode stream, HttpStatusCode chunk) : HttpMessageHandler
    {
        public int Requests { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Assert.True(++Requests < 1000, "The requests do not end.");
            var isChunk = request.Content?.Headers.ContentRange is not null || request.Content?.Headers.Contains("Content-Range") == true;
            var response = new HttpResponseMessage(request.Method.Method switch
            {
                "POST" => HttpStatusCode.Accepted,
                "PATCH" or "PUT" => isChunk ? chunk : stream,
                "GET" => HttpStatusCode.OK,
                "DELETE" => HttpStatusCode.NoContent,
                _ => HttpStatusCode.NotFound,
            });
            response.Headers.TryAddWithoutValidation("Location", "/v2/team/app/blobs/uploads/1");
            return Task.FromResult(response);
        }
    }
}
