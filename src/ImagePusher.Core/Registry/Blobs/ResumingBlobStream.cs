using ImagePusher.Core.IO;
using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry.Blobs;

/// <summary>A blob that is read from a registry; after a lost connection it is resumed by Range (RFC 9110, 14.2).</summary>
internal sealed class ResumingBlobStream : ReadOnlyStream
{
    private readonly RegistryTransport _transport;
    private readonly BlobRequest _request;
    private readonly RegistryLimits _limits;
    private readonly IDisposable _place;
    private BlobResponse? _response;
    private long _position;
    private long _renewedAt;
    private int _losses;
    private bool _wasShort;

    private ResumingBlobStream(RegistryTransport transport, BlobRequest request, long offset, RegistryLimits limits, IDisposable place)
    {
        (_transport, _request, _limits, _place) = (transport, request, limits, place);
        (_position, _renewedAt) = (offset, offset);
    }

    /// <inheritdoc/>
    public override long Length => Size;

    /// <inheritdoc/>
    public override long Position { get => _position; set => throw new NotSupportedException(); }

    private long Size => _request.Blob.Size;

    /// <summary>Opens the blob; the response's headers have arrived when the task ends.</summary>
    /// <param name="transport">Sends the requests.</param>
    /// <param name="request">The blob and its repository.</param>
    /// <param name="offset">The offset of the first byte.</param>
    /// <param name="limits">The minimum speed of the blob, and the progress that resets the count of lost connections.</param>
    /// <param name="place">Disposed of when the stream is closed.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public static async Task<Stream> OpenAsync(
        RegistryTransport transport, BlobRequest request, long offset, RegistryLimits limits, IDisposable place,
        CancellationToken cancellationToken)
    {
        var stream = new ResumingBlobStream(transport, request, offset, limits, place);
        var isOpen = false;
        try
        {
            await transport.Retry.ExecuteAsync(stream.ConnectAsync, cancellationToken).ConfigureAwait(false);
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

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0 || _position >= Size)
        {
            return 0;
        }

        try
        {
            return await ReadOnceAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (TransientFailureException failure)
        {
            return await new Resumption(this, failure, buffer).RunAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => throw new NotSupportedException("A registry is read asynchronously.");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Disconnect();
            _place.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<bool> ConnectAsync(CancellationToken cancellationToken)
    {
        Disconnect();
        if (_position < Size || _position == 0)
        {
            _response = await BlobResponse.OpenAsync(
                _transport, _request, _position, _limits, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private async Task<int> ReadOnceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_response is null)
        {
            throw _request.Lost(_transport, new IOException("it was not opened"), null);
        }

        var wanted = (int)Math.Min(buffer.Length, Size - _position);
        var count = await _response.ReadAsync(buffer[..wanted], cancellationToken).ConfigureAwait(false);
        if (count > 0)
        {
            _position += count;
            return count;
        }

        // The first response that ends early may have been cut by a proxy; a second one at the same position is the content of the
        // registry.
        if (_wasShort && _response.IsComplete)
        {
            throw _request.Damaged(_transport, _position);
        }

        _wasShort = _response.IsComplete;
        throw _request.Lost(_transport, new IOException(
            FormattableString.Invariant($"it ended after {_position} of {Size} bytes")), _response.Url);
    }

    private void ReportResumed()
    {
        if (_position > 0)
        {
            _transport.Log.Information(
                $"The download of {_request.Blob.Digest} from {_transport.Host.Registry} is resumed at {_position}.");
        }
    }

    private void Disconnect()
    {
        _response?.Dispose();
        _response = null;
    }

    /// <summary>Continues after a loss, with as many retries as a request has.</summary>
    private sealed class Resumption(ResumingBlobStream stream, TransientFailureException loss, Memory<byte> buffer)
    {
        private bool _isStarted;

        public Task<int> RunAsync(CancellationToken cancellationToken) =>
            stream._transport.Retry.ExecuteAsync(AttemptAsync, cancellationToken);

        private async Task<int> AttemptAsync(CancellationToken cancellationToken)
        {
            // The loss itself counts as the first failure, so that a client without retries makes none.
            if (!_isStarted)
            {
                _isStarted = true;
                throw Counted();
            }

            await stream.ConnectAsync(cancellationToken).ConfigureAwait(false);
            stream.ReportResumed();
            return await stream.ReadOnceAsync(buffer, cancellationToken).ConfigureAwait(false);
        }

        // A few bytes per connection are not progress, or the retries would never end.
        private Exception Counted()
        {
            loss.MadeProgress = stream._position >= stream._renewedAt + stream._limits.RetryRenewalLength;
            (stream._renewedAt, stream._losses) = loss.MadeProgress ? (stream._position, 0) : (stream._renewedAt, stream._losses + 1);
            return stream._losses <= stream._limits.LossesWithoutProgress ? loss : new LimitExceededException(
                $"{RegistryFailure.Failed(stream._request.Purpose)}: the connection was lost {stream._losses} times "
                + $"while fewer than {stream._limits.RetryRenewalLength} bytes arrived.",
                "Check the network and the proxies between here and the registry.", loss.Final);
        }
    }
}
