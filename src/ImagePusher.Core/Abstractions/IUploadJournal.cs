namespace ImagePusher.Core.Abstractions;

/// <summary>Keeps the state of uploads that are under way, so that a later process can go on with them.</summary>
public interface IUploadJournal
{
    /// <summary>The upload of this key; null if there is none, or it is too old.</summary>
    ValueTask<UploadSession?> FindAsync(string key, CancellationToken cancellationToken);

    /// <summary>Keeps an upload's state, in place of what was kept under its key.</summary>
    ValueTask SaveAsync(UploadSession session, CancellationToken cancellationToken);

    /// <summary>Forgets an upload: it ended, or its session is lost.</summary>
    ValueTask RemoveAsync(string key, CancellationToken cancellationToken);
}
