using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ImagePusher.TestSupport;

namespace ImagePusher.LocalRegistry.Tests;

public sealed class InterruptedUploadTests
{
    private static readonly byte[] Blob = Http.RandomBytes(2_000_000, 7);
    private static readonly string BlobDigest = Http.DigestOf(Blob);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("PATCH", false)]
    [InlineData("PATCH", true)]
    [InlineData("PUT", false)]
    [InlineData("PUT", true)]
    public async Task Bytes_that_arrived_before_an_interruption_are_kept_and_the_upload_resumes_after_them(string method,
        bool chunkedCoding)
    {
        await using var registry = await RunningRegistry.StartAsync();
        var place = await registry.StartUploadAsync();
        var target = method == "PUT" ? $"{place}?digest={BlobDigest}" : place;
        await SendAndCutAsync(registry, method, target, 1_300_000, chunkedCoding);

        var received = await StatusAsync(registry, place, 1_300_000);
        (await registry.SendAsync("PATCH", place, Blob[received..], ("Content-Range", $"{received}-{Blob.Length - 1}"))).Is(
            HttpStatusCode.Accepted);
        (await registry.SendAsync("PUT", $"{place}?digest={BlobDigest}")).Is(HttpStatusCode.Created);
        Assert.Equal(Blob, (await registry.GetAsync($"/v2/team/app/blobs/{BlobDigest}")).Body);
    }

    [Fact]
    public async Task An_interrupted_single_POST_leaves_nothing()
    {
        await using var registry = await RunningRegistry.StartAsync();
        await SendAndCutAsync(registry, "POST", $"/v2/team/app/blobs/uploads/?digest={BlobDigest}", 1_300_000, false);
        await WaitForEndAsync(registry, "POST");
        Assert.Empty(registry.Parts());
        (await registry.SendAsync("HEAD", $"/v2/team/app/blobs/{BlobDigest}")).Is(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_new_request_replaces_a_stalled_one_of_the_upload()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var place = await registry.StartUploadAsync();
        using var hanging = await registry.ConnectAsync();
        await SendAsync(hanging, $"PATCH {place} HTTP/1.1\r\nHost: {registry.Address}\r\nContent-Length: {Blob.Length}\r\n\r\n",
            Blob[..100_000], false);

        // The status is returned while the first request still uses the upload.
        var received = await StatusAsync(registry, place, 100_000);
        (await registry.SendAsync("PATCH", place, Blob[received..], ("Content-Range", $"{received}-{Blob.Length - 1}"))).Is(
            HttpStatusCode.Accepted);
        (await registry.SendAsync("PUT", $"{place}?digest={BlobDigest}")).Is(HttpStatusCode.Created);
        Assert.StartsWith("HTTP/1.1 409", await ReadToEndAsync(hanging), StringComparison.Ordinal);
    }

    /// <summary>Polls the status until a number of bytes has arrived on another connection.</summary>
    private static async Task<int> StatusAsync(RunningRegistry registry, string place, int expected)
    {
        var received = 0;
        while (received < expected)
        {
            var range = (await registry.GetAsync(place)).Is(HttpStatusCode.NoContent)["Range"]!;
            received = int.Parse(range[2..], CultureInfo.InvariantCulture) + 1;
        }

        Assert.Equal(expected, received);
        return received;
    }

    private static async Task SendAndCutAsync(RunningRegistry registry, string method, string target, int count, bool chunkedCoding)
    {
        using var socket = await registry.ConnectAsync();
        var coding = chunkedCoding ? "Transfer-Encoding: chunked" : $"Content-Length: {Blob.Length}";
        await SendAsync(socket, $"{method} {target} HTTP/1.1\r\nHost: {registry.Address}\r\n{coding}\r\n\r\n", Blob[..count],
            chunkedCoding);
        socket.Shutdown(SocketShutdown.Both);
    }

    private static async Task SendAsync(Socket socket, string head, byte[] body, bool chunkedCoding)
    {
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(head), Token);
        if (!chunkedCoding)
        {
            await stream.WriteAsync(body, Token);
            return;
        }

        foreach (var chunk in body.Chunk(10_000))
        {
            await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"{chunk.Length:x}\r\n"), Token);
            await stream.WriteAsync(chunk, Token);
            await stream.WriteAsync("\r\n"u8.ToArray(), Token);
        }
    }

    private static async Task WaitForEndAsync(RunningRegistry registry, string method)
    {
        while (!registry.Log.Messages.Any(
            line => line.StartsWith(method, StringComparison.Ordinal) && line.Contains("closed the connection", StringComparison.Ordinal)))
        {
            Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static async Task<string> ReadToEndAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(Token);
    }
}
