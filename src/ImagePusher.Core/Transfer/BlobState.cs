namespace ImagePusher.Core.Transfer;

/// <summary>The state of a blob in a copy.</summary>
internal enum BlobState
{
    /// <summary>The transfer has not started.</summary>
    Waiting,

    /// <summary>The transfer is in progress.</summary>
    Sending,

    /// <summary>The blob was sent.</summary>
    Uploaded,

    /// <summary>The target mounted the blob from another of its repositories.</summary>
    Mounted,

    /// <summary>The target had the blob.</summary>
    Existing,
}
