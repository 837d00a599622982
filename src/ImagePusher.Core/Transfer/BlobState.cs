namespace ImagePusher.Core.Transfer;

/// <summary>How far a blob is.</summary>
internal enum BlobState
{
    /// <summary>It waits for its turn.</summary>
    Waiting,

    /// <summary>It is on its way.</summary>
    Sending,

    /// <summary>It was sent.</summary>
    Uploaded,

    /// <summary>The target took it from another of its repositories.</summary>
    Mounted,

    /// <summary>It was there already.</summary>
    Existing,
}
