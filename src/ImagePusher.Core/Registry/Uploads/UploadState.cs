using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;

namespace ImagePusher.Core.Registry.Uploads;

/// <summary>Where one upload stands: its URL, the bytes that the registry has, and the journal that outlives the process.</summary>
/// <param name="key">What the upload is of, and where to.</param>
/// <param name="journal">Keeps it across processes; null for none.</param>
/// <param name="time">The clock.</param>
internal sealed class UploadState(string key, IUploadJournal? journal, TimeProvider time)
{
    /// <summary>Where the next request goes; null where no upload is open.</summary>
    public string? Url { get; set; }

    /// <summary>The bytes that the registry has.</summary>
    public long Offset { get; set; }

    /// <summary>The bytes of the last request that the connection took.</summary>
    public long Sent { get; set; }

    /// <summary>True if the upload was taken up again after a loss.</summary>
    public bool WasResumed { get; private set; }

    public bool IsJournalled => journal is not null;

    /// <summary>Goes on where the registry says that it is.</summary>
    public void Resume(UploadSteps.Status status) =>
        (Url, Offset, WasResumed) = (status.Url, status.Offset, WasResumed || status.Offset > 0);

    /// <summary>Forgets the upload; another one must be opened.</summary>
    public async ValueTask ClearAsync(CancellationToken cancellationToken)
    {
        (Url, Offset, WasResumed) = (null, 0, false);
        await ForgetAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What an earlier process left; null for nothing.</summary>
    public async ValueTask<UploadSession?> FindAsync(CancellationToken cancellationToken) =>
        journal is null ? null : await journal.FindAsync(key, cancellationToken).ConfigureAwait(false);

    public async ValueTask KeepAsync(int chunkSize, CancellationToken cancellationToken)
    {
        if (journal is not null)
        {
            await journal.SaveAsync(new UploadSession(key, Url!, Offset, chunkSize, time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask ForgetAsync(CancellationToken cancellationToken)
    {
        if (journal is not null)
        {
            await journal.RemoveAsync(key, cancellationToken).ConfigureAwait(false);
        }
    }
}
