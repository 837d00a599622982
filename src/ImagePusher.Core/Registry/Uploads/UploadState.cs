namespace ImagePusher.Core.Registry.Uploads;

/// <summary>The states of a <see cref="BlobUpload"/>; its remarks have the transitions.</summary>
internal enum UploadState
{
    /// <summary>Recalls the upload of an earlier process.</summary>
    Recall,

    /// <summary>Opens an upload.</summary>
    Open,

    /// <summary>Chooses the form for the bytes that are missing.</summary>
    Choose,

    /// <summary>Sends the blob by one PUT.</summary>
    Monolithic,

    /// <summary>Sends the missing bytes by one PATCH.</summary>
    Stream,

    /// <summary>Sends the missing bytes by a PATCH per chunk.</summary>
    Chunked,

    /// <summary>Commits the received bytes.</summary>
    Commit,

    /// <summary>Checks whether the blob is stored, if the response to the last PUT does not prove it.</summary>
    Verify,

    /// <summary>Requests the status after a lost connection.</summary>
    Resume,

    /// <summary>Abandons the upload, and opens another one.</summary>
    Restart,

    /// <summary>Leaves a form that the registry rejected.</summary>
    StepDown,

    /// <summary>Writes a blob of unknown length to a file, because the registry requires the length.</summary>
    Spool,

    /// <summary>The blob is stored.</summary>
    Done,
}
