using System.Net;
using System.Net.Http.Headers;
using System.Runtime.ExceptionServices;

namespace ImagePusher.Core.Registry.Uploads;

/// <summary>A request's body that its source writes straight into the connection.</summary>
internal sealed class BlobContent : HttpContent
{
    private readonly Func<Stream, CancellationToken, Task> _write;
    private readonly long? _length;
    private readonly IdleTimer _watch;
    private Action? _sent;
    private SentStream? _stream;

    /// <param name="write">Writes the body.</param>
    /// <param name="length">Its length; null sends it with chunked transfer coding.</param>
    /// <param name="range">The body's place in the blob as Content-Range has it, without a unit; null for none.</param>
    /// <param name="watch">Told of each write.</param>
    public BlobContent(Func<Stream, CancellationToken, Task> write, long? length, string? range, IdleTimer watch)
    {
        (_write, _length, _watch) = (write, length, watch);
        Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        if (range is not null)
        {
            // The typed header would write "bytes a-b/*", which registries refuse.
            Headers.TryAddWithoutValidation("Content-Range", range);
        }
    }

    /// <summary>What the source threw of its own; null if all is well, or the network failed.</summary>
    public ExceptionDispatchInfo? SourceFailure { get; private set; }

    /// <summary>When the body was first asked for; null if it never was.</summary>
    public long? Started { get; private set; }

    /// <summary>The bytes that the connection took.</summary>
    public long Sent => _stream?.Position ?? 0;

    /// <summary>Calls back when the body is out and the answer is awaited.</summary>
    public void WhenSent(Action sent) => _sent = sent;

    protected override bool TryComputeLength(out long length)
    {
        length = _length ?? 0;
        return _length is not null;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Started = _watch.Time.GetTimestamp();
        _stream = new SentStream(stream, _watch);
        _watch.Pause();
        try
        {
            await _write(_stream, cancellationToken).ConfigureAwait(false);
            _sent?.Invoke();
        }
        catch (Exception error) when (IsOfSource(error))
        {
            throw;
        }
    }

    private bool IsOfSource(Exception error)
    {
        if (!_stream!.HasFailed)
        {
            SourceFailure = ExceptionDispatchInfo.Capture(error);
        }

        return false;
    }
}
