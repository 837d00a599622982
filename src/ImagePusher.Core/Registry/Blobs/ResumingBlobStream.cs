using System.Net;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry.Blobs;

/// <summary>A blob that is read from a registry; where a connection is lost it goes on from there by Range (RFC 9110, 14.2).</summary>
internal sealed class ResumingBlobStream : Stream
{
    private readonly RegistryTransport _transport;
    private readonly Func<long, RegistryRequest> _request;
    private readonly Descriptor _blob;
    private readonly IDisposable _place;
    private RegistryResponse? _answer;
    private Stream? _body;
    private IdleTimer? _watch;
    private long _position;

    private ResumingBlobStream(RegistryTransport transport, Func<long, RegistryRequest> request, Descriptor blob, long offset, IDisposable place) =>
        (_transport, _request, _blob, _position, _place) = (transport, request, blob, offset, place);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => _blob.Size;

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    private string Purpose => _request(0).Purpose;

    /// <summary>Opens the blob; the answer's head is here when the task ends.</summary>
    /// <param name="transport">The way to the registry.</param>
    /// <param name="request">Makes the request for an offset.</param>
    /// <param name="blob">What the blob is.</param>
    /// <param name="offset">Where to begin.</param>
    /// <param name="place">Left when the stream is closed.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public static async Task<Stream> OpenAsync(
        RegistryTransport transport, Func<long, RegistryRequest> request, Descriptor blob, long offset, IDisposable place, CancellationToken cancellationToken)
    {
        var stream = new ResumingBlobStream(transport, request, blob, offset, place);
        var isOpen = false;
        try
        {
            await transport.Retry.ExecuteAsync(
                async token =>
                {
                    await stream.ConnectAsync(token).ConfigureAwait(false);
                    return true;
                },
                cancellationToken).ConfigureAwait(false);
            isOpen = true;
            return stream;
        }
        finally
        {
            if (!isOpen)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0 || _position >= _blob.Size)
        {
            return 0;
        }

        try
        {
            return await ReadOnceAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (TransientFailureException failure)
        {
            return await GoOnAsync(failure, buffer, cancellationToken).ConfigureAwait(false);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A registry is read asynchronously.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Disconnect();
            _place.Dispose();
        }

        base.Dispose(disposing);
    }

    private Task<int> GoOnAsync(TransientFailureException lost, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var isFirst = true;
        return _transport.Retry.ExecuteAsync(
            async token =>
            {
                // The loss itself counts as the first failure, so that a client without retries makes none.
                if (isFirst)
                {
                    isFirst = false;
                    lost.MadeProgress = true;
                    throw lost;
                }

                await ConnectAsync(token).ConfigureAwait(false);
                return await ReadOnceAsync(buffer, token).ConfigureAwait(false);
            },
            cancellationToken);
    }

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        Disconnect();
        if (_position >= _blob.Size && _position > 0)
        {
            return;
        }

        _answer = await _transport.SendAsync(_request(_position), cancellationToken).ConfigureAwait(false);
        if (_answer.Status == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            throw new DigestMismatchException($"{_blob.Digest} at {_transport.Host.Registry}", $"{_blob.Size} bytes", $"{_position} bytes");
        }

        var isPartial = _answer.Status == HttpStatusCode.PartialContent;
        var start = isPartial ? _answer.Response.Content.Headers.ContentRange?.From ?? _position : 0;
        if (start > _position)
        {
            throw new RegistryProtocolException($"{RegistryFailure.Failed(Purpose)}: asked for bytes from {_position}, {_transport.Host.Registry} gave them from {start}.", "Try again; a cache before the registry may be at fault.", _answer.Status);
        }

        // Less than that may be an answer that was cut off on its way; the rest is asked for when it ends.
        if (_answer.Response.Content.Headers.ContentLength is { } length && start + length > _blob.Size)
        {
            throw new DigestMismatchException($"{_blob.Digest} at {_transport.Host.Registry}", $"{_blob.Size} bytes", $"{start + length} bytes");
        }

        _watch = new IdleTimer(_transport.Host.Settings.IdleTimeout, _transport.Time, CancellationToken.None);
        try
        {
            _body = await _answer.Response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await SkipAsync(_position - start, cancellationToken).ConfigureAwait(false);
            _watch.Pause();
        }
        catch (HttpRequestException error)
        {
            throw RegistryFailure.OfConnection(error, Purpose, _transport.Host.Registry, _answer.Url);
        }
    }

    // The server pays no heed to Range: what was read already passes by.
    private async Task SkipAsync(long count, CancellationToken cancellationToken)
    {
        var buffer = count > 0 ? new byte[81920] : [];
        while (count > 0)
        {
            count -= await ReadBodyAsync(buffer.AsMemory(0, (int)Math.Min(count, buffer.Length)), cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<int> ReadOnceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var wanted = (int)Math.Min(buffer.Length, _blob.Size - _position);
        var count = await ReadBodyAsync(buffer[..wanted], cancellationToken).ConfigureAwait(false);
        _position += count;
        return count;
    }

    private async ValueTask<int> ReadBodyAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_body is null)
        {
            throw Lost(new IOException("it was not opened"));
        }

        _watch!.Touch();
        using var registration = cancellationToken.UnsafeRegister(static watch => ((IdleTimer)watch!).Cancel(), _watch);
        try
        {
            var count = await _body.ReadAsync(buffer, _watch.Token).ConfigureAwait(false);
            _watch.Pause();
            return count > 0 ? count : throw Lost(new IOException(FormattableString.Invariant($"it ended after {_position} of {_blob.Size} bytes")));
        }
        catch (OperationCanceledException error)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Lost(new TimeoutException(FormattableString.Invariant($"was silent for {_watch.Limit.TotalSeconds:0} seconds"), error));
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            throw Lost(error);
        }
    }

    private Exception Lost(Exception error) =>
        RegistryFailure.OfConnection(error, Purpose, _transport.Host.Registry, _answer?.Url ?? _transport.Host.BaseUrl);

    private void Disconnect()
    {
        _body?.Dispose();
        _answer?.Dispose();
        _watch?.Dispose();
        (_body, _answer, _watch) = (null, null, null);
    }
}
