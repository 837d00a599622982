using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>A blob of a remote source, opened before it is needed. The first reader takes it; without a reader it is closed.</summary>
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

    /// <summary>The stream for the one who reads and disposes of it; null if it was taken before.</summary>
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
                // Whoever needs the blob opens it again, and meets the failure then.
            }
        }

        _end.Dispose();
    }
}
