using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>A blob of a remote source, opened before it is needed. The first reader receives it; without a reader it is closed.</summary>
internal sealed class OpenedBlob : IAsyncDisposable
{
    /// <summary>
    /// Larger blobs are opened when they are read: a round trip is little of their time, and their upload may wait for a place.
    /// </summary>
    public const long MaximumLength = 4 * 1024 * 1024;

    private readonly CancellationTokenSource _end;
    private Task<Stream>? _opening;

    public OpenedBlob(IRemoteSource source, Descriptor blob, CancellationToken cancellationToken)
    {
        _end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _opening = source.OpenBlobAsync(blob, 0, _end.Token);
    }

    /// <summary>The stream, which the caller reads and disposes of; null if it was already returned.</summary>
    public Task<Stream>? Take() => Interlocked.Exchange(ref _opening, null);

    public async ValueTask DisposeAsync()
    {
        if (Take() is { } unread)
        {
            await _end.CancelAsync().ConfigureAwait(false);
            try
            {
                await (await unread.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception error) when (error is ImagePusherException or OperationCanceledException or IOException)
            {
                // The consumer of the blob opens it again and then receives the failure.
            }
        }

        _end.Dispose();
    }
}
