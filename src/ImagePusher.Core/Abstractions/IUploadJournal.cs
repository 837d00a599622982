namespace ImagePusher.Core.Abstractions;

/// <summary>Stores the state of uploads in progress, so that a later process can resume them.</summary>
internal interface IUploadJournal
{
    /// <summary>The upload of a key; null if it does not exist or is too old.</summary>
    ValueTask<UploadSession?> FindAsync(string key, CancellationToken cancellationToken);

    /// <summary>Stores an upload's state, replacing an earlier one of its key.</summary>
    ValueTask SaveAsync(UploadSession session, CancellationToken cancellationToken);

    /// <summary>Removes an upload that ended or was lost.</summary>
    ValueTask RemoveAsync(string key, CancellationToken cancellationToken);
}
