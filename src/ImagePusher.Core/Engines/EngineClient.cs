using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using ImagePusher.Core.IO;

namespace ImagePusher.Core.Engines;

/// <summary>Loads images into docker or podman by the request of <c>docker load</c>, which both have.</summary>
/// <remarks>Docker Engine API, <c>POST /images/load</c>; podman's compatible API has the same.</remarks>
internal sealed class EngineClient : IDisposable
{
    private readonly EngineAddress _address;
    private readonly HttpClient _http;

    /// <summary>Creates a client; the first request connects.</summary>
    public EngineClient(EngineAddress address)
    {
        _address = address;
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = (_, token) => address.ConnectAsync(token),
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectTimeout = EngineLimits.ConnectTimeout,
            ResponseDrainTimeout = TimeSpan.Zero,
        })
        {
            BaseAddress = address.BaseAddress,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Sends a docker archive and reads what the engine says about it.</summary>
    /// <param name="write">Writes the archive; called once.</param>
    /// <param name="message">Receives each message of the engine, such as <c>Loaded image: nginx:latest</c>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="EngineFailedException">The engine can't be reached, or did not load the archive.</exception>
    public async Task LoadAsync(
        Func<Stream, CancellationToken, Task> write, Action<string> message, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "images/load?quiet=1")
        {
            Content = new WrittenContent(write, cancellationToken),
            Version = HttpVersion.Version11,
        };
        request.Headers.TransferEncodingChunked = true;
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        try
        {
            using var response = await _http.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using (body.ConfigureAwait(false))
            {
                var messages = new EngineMessages(_address);
                await messages.ReadAsync(body, response.StatusCode, message, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (HttpRequestException error)
        {
            throw Unreachable(error);
        }
        catch (IOException error)
        {
            throw Unreachable(error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private EngineFailedException Unreachable(Exception error)
    {
        var cause = error.GetBaseException();
        return new EngineFailedException(
            cause is SocketException or TimeoutException or UnauthorizedAccessException or FileNotFoundException
                ? $"The container engine at {_address} can't be reached: {DiskErrors.Reason(cause)}."
                : $"The connection to the container engine at {_address} was lost: {DiskErrors.Reason(cause)}.",
            "Check that the engine runs and that this user may use its socket or pipe.",
            error);
    }

    /// <summary>A body that is written while it is sent.</summary>
    private sealed class WrittenContent(Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => write(stream, cancellationToken);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken stop) =>
            write(stream, stop);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
