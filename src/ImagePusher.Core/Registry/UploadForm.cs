namespace ImagePusher.Core.Registry;

/// <summary>How a blob's bytes travel to a registry (distribution-spec, Pushing Blobs).</summary>
public enum UploadForm
{
    /// <summary>
    /// One whole PUT for blobs below 1 MiB, one streaming PATCH for others, then whatever the registry takes; what worked is
    /// remembered for the host.
    /// </summary>
    Auto,

    /// <summary>POST, one PATCH with the whole body, an empty PUT: what docker, crane and skopeo do.</summary>
    Stream,

    /// <summary>POST, then one PUT with the whole body.</summary>
    Whole,

    /// <summary>POST, then PATCH requests of a chunk each with Content-Range, an empty PUT.</summary>
    Chunked,
}
