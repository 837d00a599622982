using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using ImagePusher.Core.Cache;
using ImagePusher.LocalRegistry.Protocol;

namespace ImagePusher.LocalRegistry.Uploads;

/// <summary>
/// The unfinished uploads. An abandoned one uses a few hundred bytes of memory and its received bytes on disk, no open file, and is
/// discarded after <see cref="LocalRegistryOptions.UploadLifetime"/>.
/// </summary>
internal sealed class UploadTable : IAsyncDisposable
{
    private static readonly TimeSpan MaximumSweepInterval = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<Guid, ReceivedUpload> _uploads = new();
    private readonly ImageCache _cache;
    private readonly LocalRegistryOptions _options;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _sweeping;

    public UploadTable(ImageCache cache, LocalRegistryOptions options)
    {
        (_cache, _options) = (cache, options);
        _sweeping = SweepAsync();
    }

    public int Count => _uploads.Count;

    /// <exception cref="RequestRejectedException">429: there are too many.</exception>
    public ReceivedUpload Start(string repository, HashAlgorithmName hash)
    {
        if (_uploads.Count >= LocalRegistryLimits.Uploads)
        {
            throw new RequestRejectedException(HttpStatusCode.TooManyRequests, ErrorCode.TooManyRequests, "too many unfinished uploads");
        }

        var upload = new ReceivedUpload(_cache.Blobs, repository, hash, _options.TimeProvider);
        _uploads[upload.Id] = upload;
        return upload;
    }

    /// <exception cref="RequestRejectedException">404: this repository has no open upload of this id.</exception>
    public ReceivedUpload Find(string repository, string id)
    {
        if (!Guid.TryParseExact(id, "D", out var key) || !_uploads.TryGetValue(key, out var upload) || upload.Repository != repository)
        {
            throw RequestRejectedException.UnknownUpload();
        }

        if (upload.IsClosed)
        {
            // Its partial file was lost.
            Remove(upload);
            throw RequestRejectedException.UnknownUpload();
        }

        return upload;
    }

    /// <summary>Removes a closed upload.</summary>
    public void Remove(ReceivedUpload upload) => _uploads.TryRemove(upload.Id, out _);

    /// <summary>Removes an upload with what it has sent.</summary>
    public async Task DiscardAsync(ReceivedUpload upload)
    {
        Remove(upload);
        try
        {
            using var held = await upload.EnterAsync(null, CancellationToken.None).ConfigureAwait(false);
            await upload.DiscardAsync().ConfigureAwait(false);
        }
        catch (RequestRejectedException)
        {
            // It was closed while this waited for it.
        }
        catch (ImagePusherException error)
        {
            _options.Logger.Warning(
                $"An unfinished upload could not be removed; the garbage collection of the cache will remove it: {error.Message}");
        }
    }

    /// <summary>Discards all uploads.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _sweeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var upload in _uploads.Values)
        {
            await DiscardAsync(upload).ConfigureAwait(false);
        }

        _stopping.Dispose();
    }

    private async Task SweepAsync()
    {
        var milliseconds = Math.Clamp(_options.UploadLifetime.TotalMilliseconds / 4, 1, MaximumSweepInterval.TotalMilliseconds);
        var interval = TimeSpan.FromMilliseconds(milliseconds);
        using var timer = new PeriodicTimer(interval, _options.TimeProvider);
        while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
        {
            foreach (var upload in _uploads.Values.Where(upload => upload.IdleTime > _options.UploadLifetime))
            {
                await DiscardAsync(upload).ConfigureAwait(false);
            }
        }
    }
}
