using System.Net;
using System.Net.Http.Headers;
using System.Runtime.ExceptionServices;

namespace ImagePusher.Core.Registry.Http;

/// <summary>The content of one HTTP request of an upload, which its source writes straight into the connection.</summary>
internal sealed class BlobContent : HttpContent
{
    private readonly UploadBody _body;
    private readonly IdleTimer _timer;
    private SentStream? _stream;

    /// <param name="body">The bytes.</param>
    /// <param name="timer">Restarted by each write to the connection.</param>
    public BlobContent(UploadBody body, IdleTimer timer)
    {
        (_body, _timer) = (body, timer);
        Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        if (body.Range is { } range)
        {
            // The typed header would write "bytes a-b/*", which registries reject.
            Headers.TryAddWithoutValidation("Content-Range", range);
        }
    }

    /// <summary>The exception of the source; null if it succeeded, or if the network failed.</summary>
    public ExceptionDispatchInfo? SourceFailure { get; private set; }

    /// <summary>The timestamp of the first read of the body; null before.</summary>
    public long? Started { get; private set; }

    /// <summary>The bytes that the connection accepted.</summary>
    public long Sent => _stream?.Count ?? 0;

    /// <summary>The time that the server may take, beyond the usual, to verify the body before it responds.</summary>
    public TimeSpan VerificationTime { get; set; }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length ?? 0;
        return _body.Length is not null;
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Started = _timer.Time.GetTimestamp();
        _stream = new SentStream(stream, _timer);
        _timer.Pause();
        try
        {
            await _body.WriteToAsync(_stream, cancellationToken).ConfigureAwait(false);
            _timer.Touch(VerificationTime);
        }
        catch (Exception error) when (KeepIfOfSource(error))
        {
            throw;
        }
    }

    // A filter, so that the exception keeps its stack; it is never handled here.
    private bool KeepIfOfSource(Exception error)
    {
        if (!_stream!.HasFailed)
        {
            SourceFailure = ExceptionDispatchInfo.Capture(error);
        }

        return false;
    }
}
