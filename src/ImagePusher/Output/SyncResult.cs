namespace ImagePusher.Output;

/// <summary>The result of a sync for one image, or for one tag of the target.</summary>
public sealed class SyncResult
{
    /// <summary>The image at its source; null for a tag that exists at the target only.</summary>
    public string? Source { get; init; }

    /// <summary>The full name at the target; binds to -Reference. Null if the image got none.</summary>
    public string? Reference { get; init; }

    /// <summary>The result: Copied, Unchanged, Skipped, Failed or Removed.</summary>
    public required string State { get; init; }

    /// <summary>The digest at the target; null if the image is not there, or its digest is unknown.</summary>
    public string? Digest { get; init; }

    /// <summary>The reason why the image failed or was skipped; otherwise null.</summary>
    public string? Error { get; init; }

    /// <summary>The id of the error, such as RegistryUnavailable; null unless the image failed.</summary>
    public string? ErrorId { get; init; }

    /// <summary>The reason for the removal of the tag; null for an image to copy.</summary>
    public string? Reason { get; init; }

    /// <summary>1 and the number of requests that were sent again; 0 if none was needed.</summary>
    public long Attempts { get; init; }

    /// <summary>The number of bytes of blobs and manifests that were sent, including retries.</summary>
    public long Bytes { get; init; }

    /// <summary>The duration.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The sync file; null for an image that no file selects.</summary>
    public string? Path { get; init; }

    /// <summary>The line of the entry in the file, from 1; 0 without one.</summary>
    public long Line { get; init; }

    /// <summary>The name at the target, or else that of the source.</summary>
    public override string ToString() => Reference ?? Source ?? "";
}
