using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using ImagePusher.Core.Cache;

namespace ImagePusher.LocalRegistry;

/// <summary>
/// The uploads that clients have begun. One that nobody goes on with costs a few hundred bytes of memory and what it sent on
/// disk, no open file, and ends after <see cref="LocalRegistryOptions.UploadLifetime"/>.
/// </summary>
internal sealed class IncomingUploads : IAsyncDisposable
{
    private const int MaximumCount = 100_000;
    private static readonly TimeSpan LongestSweepInterval = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<Guid, IncomingUpload> _uploads = new();
    private readonly ImageCache _cache;
    private readonly LocalRegistryOptions _options;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _sweeping;

    public IncomingUploads(ImageCache cache, LocalRegistryOptions options)
    {
        (_cache, _options) = (cache, options);
        _sweeping = SweepAsync();
    }

    /// <summary>How many there are.</summary>
    public int Count => _uploads.Count;

    /// <summary>Begins one.</summary>
    /// <exception cref="RefusedException">429: there are too many.</exception>
    public IncomingUpload Begin(string repository, HashAlgorithmName hash)
    {
        if (_uploads.Count >= MaximumCount)
        {
            throw new RefusedException(HttpStatusCode.TooManyRequests, ErrorCode.TooManyRequests, "there are too many unfinished uploads");
        }

        var upload = new IncomingUpload(_cache.Blobs, repository, hash, _options.TimeProvider);
        _uploads[upload.Id] = upload;
        return upload;
    }

    /// <summary>Finds one.</summary>
    /// <exception cref="RefusedException">404: there is none of this id in this repository, or it ended.</exception>
    public IncomingUpload Find(string repository, string id)
    {
        if (!Guid.TryParseExact(id, "D", out var key) || !_uploads.TryGetValue(key, out var upload) || upload.Repository != repository)
        {
            throw RefusedException.UnknownUpload();
        }

        if (upload.IsEnded)
        {
            // A part that was lost ends its upload in the middle.
            Remove(upload);
            throw RefusedException.UnknownUpload();
        }

        return upload;
    }

    /// <summary>Forgets one that ended.</summary>
    public void Remove(IncomingUpload upload) => _uploads.TryRemove(upload.Id, out _);

    /// <summary>Throws all of them away.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _sweeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var upload in _uploads.Values)
        {
            await GiveUpAsync(upload).ConfigureAwait(false);
        }

        _stopping.Dispose();
    }

    private async Task SweepAsync()
    {
        var interval = _options.UploadLifetime / 4 < LongestSweepInterval ? _options.UploadLifetime / 4 : LongestSweepInterval;
        using var timer = new PeriodicTimer(interval, _options.TimeProvider);
        while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
        {
            foreach (var upload in _uploads.Values.Where(upload => upload.IdleTime > _options.UploadLifetime))
            {
                await GiveUpAsync(upload).ConfigureAwait(false);
            }
        }
    }

    private async Task GiveUpAsync(IncomingUpload upload)
    {
        Remove(upload);
        try
        {
            using var turn = await upload.EnterAsync(null, CancellationToken.None).ConfigureAwait(false);
            await upload.DiscardAsync().ConfigureAwait(false);
        }
        catch (RefusedException)
        {
            // It ended while this waited for its turn.
        }
        catch (ImagePusherException error)
        {
            _options.Log.Warning($"An unfinished upload could not be removed; the cache's garbage collection will: {error.Message}");
        }
    }
}
