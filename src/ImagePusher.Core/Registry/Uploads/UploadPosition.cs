using ImagePusher.Core.Abstractions;

namespace ImagePusher.Core.Registry.Uploads;

/// <summary>The position of one upload: its URL, the bytes that the registry has, and the journal that keeps both.</summary>
/// <param name="key">Identifies the blob and the repository.</param>
/// <param name="journal">Keeps the position across processes; null for none.</param>
/// <param name="time">The clock.</param>
internal sealed class UploadPosition(string key, IUploadJournal? journal, TimeProvider time)
{
    /// <summary>The URL of the next request; null if no upload is open.</summary>
    public string? Url { get; set; }

    /// <summary>The bytes that the registry has.</summary>
    public long Offset { get; set; }

    /// <summary>The bytes of the last request that the connection accepted if that request failed; otherwise 0.</summary>
    public long Sent { get; set; }

    /// <summary>True if the upload was resumed after a loss.</summary>
    public bool WasResumed { get; private set; }

    public bool IsJournalled => journal is not null;

    /// <summary>Continues where the registry is.</summary>
    public void Resume(UploadStatus status) =>
        (Url, Offset, WasResumed) = (status.Url, status.Offset, WasResumed || status.Offset > 0);

    /// <summary>Discards the upload; another one must be opened.</summary>
    public ValueTask ClearAsync(CancellationToken cancellationToken)
    {
        (Url, Offset, WasResumed) = (null, 0, false);
        return ForgetAsync(cancellationToken);
    }

    /// <summary>The recorded upload of an earlier process; null for none.</summary>
    public ValueTask<UploadSession?> FindAsync(CancellationToken cancellationToken) =>
        journal?.FindAsync(key, cancellationToken) ?? default;

    /// <summary>Keeps the position in the journal.</summary>
    public ValueTask KeepAsync(int chunkSize, CancellationToken cancellationToken) =>
        journal?.SaveAsync(new UploadSession(key, Url!, Offset, chunkSize, time.GetUtcNow()), cancellationToken) ?? default;

    /// <summary>Removes the upload from the journal.</summary>
    public ValueTask ForgetAsync(CancellationToken cancellationToken) => journal?.RemoveAsync(key, cancellationToken) ?? default;
}
