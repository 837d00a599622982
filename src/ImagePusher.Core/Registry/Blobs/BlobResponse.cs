using System.Net;
using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry.Blobs;

/// <summary>The response to a request for a blob, positioned at the requested offset.</summary>
internal sealed class BlobResponse : IDisposable
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    private readonly RegistryTransport _transport;
    private readonly BlobRequest _request;
    private readonly RegistryResponse _response;
    private readonly IdleTimer _timer;
    private readonly RegistryLimits _limits;
    private Stream? _body;
    private TimeSpan _waited;
    private int _arrived;

    private BlobResponse(RegistryTransport transport, BlobRequest request, RegistryResponse response, RegistryLimits limits)
    {
        (_transport, _request, _response, _limits) = (transport, request, response, limits);
        _timer = new IdleTimer(transport.Host.Settings.IdleTimeout, transport.Time, CancellationToken.None);
    }

    /// <summary>The URL that responded.</summary>
    public string Url => _response.Url;

    /// <summary>True if every byte that the response announced has been read.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Requests the blob from an offset.</summary>
    /// <exception cref="DigestMismatchException">The registry has the blob with another size.</exception>
    /// <exception cref="RegistryException">The blob does not exist, or could not be read.</exception>
    public static async Task<BlobResponse> OpenAsync(
        RegistryTransport transport, BlobRequest request, long offset, RegistryLimits limits, CancellationToken cancellationToken)
    {
        var response = new BlobResponse(
            transport, request, await transport.SendAsync(request.At(offset), cancellationToken).ConfigureAwait(false), limits);
        var isOpen = false;
        try
        {
            await response.StartAsync(offset, cancellationToken).ConfigureAwait(false);
            isOpen = true;
            return response;
        }
        finally
        {
            if (!isOpen)
            {
                response.Dispose();
            }
        }
    }

    /// <summary>Reads some bytes; 0 is the end of the response, which may be earlier than that of the blob.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        // As long as only a few bytes have arrived, their time counts: one byte a second is not progress.
        _timer.Touch(_waited < _timer.Limit ? -_waited : ShortestWait - _timer.Limit);
        var start = _timer.Time.GetTimestamp();
        using var registration = cancellationToken.UnsafeRegister(static timer => ((IdleTimer)timer!).Cancel(), _timer);
        try
        {
            var count = await _body!.ReadAsync(buffer, _timer.Token).ConfigureAwait(false);
            _timer.Pause();
            Count(count, _timer.Time.GetElapsedTime(start));
            IsComplete = count == 0;
            return count;
        }
        catch (OperationCanceledException error)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var what = _arrived > 0 ? $"sent only {_arrived} bytes in" : "was silent for";
            throw Lost(new TimeoutException(FormattableString.Invariant($"{what} {_timer.Limit.TotalSeconds:0} seconds"), error));
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            throw Lost(error);
        }
    }

    public void Dispose()
    {
        _body?.Dispose();
        _response.Dispose();
        _timer.Dispose();
    }

    private void Count(int bytes, TimeSpan waited) =>
        (_arrived, _waited) = _arrived + bytes < _limits.SlowBlobLength ? (_arrived + bytes, _waited + waited) : (0, TimeSpan.Zero);

    private async Task StartAsync(long offset, CancellationToken cancellationToken)
    {
        if (_response.Status == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            throw _request.Damaged(_transport, _response.Response.Content.Headers.ContentRange?.Length ?? offset);
        }

        var start = StartOf(offset);
        try
        {
            _body = await _response.Response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await SkipAsync(offset - start, cancellationToken).ConfigureAwait(false);
            _timer.Pause();
        }
        catch (HttpRequestException error)
        {
            throw Lost(error);
        }
    }

    private long StartOf(long offset)
    {
        var headers = _response.Response.Content.Headers;
        var range = _response.Status == HttpStatusCode.PartialContent ? headers.ContentRange : null;
        var start = _response.Status == HttpStatusCode.PartialContent ? range?.From ?? offset : 0;
        if (start > offset)
        {
            throw new RegistryProtocolException(
                $"{RegistryFailure.Failed(_request.Purpose)}: {_transport.Host.Registry} was asked for "
                + $"the bytes from {offset} and sent those from {start}.",
                "Try again; a cache in front of the registry may cause this.", _response.Status);
        }

        // A shorter response may have been cut by a proxy; the rest is requested when it ends. The size in Content-Range is the blob's.
        var end = start + (headers.ContentLength ?? 0);
        var size = range?.Length ?? (end > _request.Blob.Size ? end : _request.Blob.Size);
        return size == _request.Blob.Size ? start : throw _request.Damaged(_transport, size);
    }

    // A server that ignores Range sends the bytes before the offset again.
    private async Task SkipAsync(long count, CancellationToken cancellationToken)
    {
        var buffer = count > 0 ? new byte[81920] : [];
        while (count > 0)
        {
            var read = await ReadAsync(buffer.AsMemory(0, (int)Math.Min(count, buffer.Length)), cancellationToken).ConfigureAwait(false);
            count -= read > 0 ? read : throw Lost(new IOException("it ended before the requested offset"));
        }
    }

    private Exception Lost(Exception error) => _request.Lost(_transport, error, _response.Url);
}
