using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImagePusher.Core.State;

/// <summary>
/// The stored state of a user's processes that avoids repeated work: results of compressing layers, unfinished uploads, and verified blobs.
/// All caches share it. A folder that cannot be used never fails a transfer: it is logged once and then ignored.
/// </summary>
/// <remarks>Users who can write to the folder are trusted, so a folder that other users can write to is not used.</remarks>
internal sealed class TransferState
{
    private readonly EncodingStore _encodings;
    private readonly UploadJournal _uploads;
    private readonly VerifiedFileStore _verified;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private int _isReported;

    /// <summary>Opens the state in a folder. Nothing is read or written yet.</summary>
    /// <param name="path">The folder; null for <see cref="DefaultPath"/>.</param>
    /// <param name="log">Receives the one message about a folder that cannot be used.</param>
    /// <param name="timeProvider">The clock of ages; the system's by default.</param>
    public TransferState(string? path = null, ILogger? log = null, TimeProvider? timeProvider = null)
    {
        Path = System.IO.Path.GetFullPath(path ?? DefaultPath);
        _log = log ?? NullLogger.Instance;
        _clock = timeProvider ?? TimeProvider.System;
        _encodings = new EncodingStore(this, new StateFolder(Path, "encodings"));
        _uploads = new UploadJournal(this, new StateFolder(Path, "uploads"), _clock);
        _verified = new VerifiedFileStore(this, new StateFolder(Path, "verified"));
    }

    /// <summary>
    /// The default folder: <c>IMAGEPUSHER_STATE</c>, else <c>imagepusher</c> in the platform's folder for state
    /// (<c>XDG_STATE_HOME</c> or <c>~/.local/state</c>, <c>%LOCALAPPDATA%\imagepusher\state</c>,
    /// <c>~/Library/Application Support</c>).
    /// </summary>
    public static string DefaultPath => PlatformFolders.State;

    /// <summary>The folder, an absolute path.</summary>
    public string Path { get; }

    /// <summary>The results of compressing layers.</summary>
    public IEncodingStore Encodings => _encodings;

    /// <summary>The unfinished uploads.</summary>
    public IUploadJournal Uploads => _uploads;

    /// <summary>The files of caches that were hashed.</summary>
    public IVerifiedFiles VerifiedFiles => _verified;

    /// <summary>Deletes uploads of more than a day, and encodings and verifications of more than 90 days ago.</summary>
    public void RemoveOld()
    {
        var now = _clock.GetUtcNow();
        _uploads.RemoveOld(now);
        _encodings.RemoveOld(now);
        _verified.RemoveOld(now);
    }

    internal T? Try<T>(Func<T?> work)
        where T : class
    {
        try
        {
            return work();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ImagePusherException)
        {
            if (Interlocked.Exchange(ref _isReported, 1) == 0)
            {
                _log.Information($"The state folder '{Path}' is not used: {DiskErrors.Reason(error)}.");
            }

            return null;
        }
    }

    internal void Try(Action work) => Try<object>(() =>
    {
        work();
        return null;
    });
}
