namespace ImagePusher.Core.Registry;

/// <summary>The forms of upload of a blob (distribution-spec, Pushing Blobs).</summary>
public enum UploadForm
{
    /// <summary>
    /// One PUT for blobs below 1 MiB and one PATCH for others; if the registry rejects a form, the next one. The accepted form is recorded
    /// for the host.
    /// </summary>
    Auto,

    /// <summary>A streamed upload: POST, one PATCH with the complete body, and an empty PUT, as in docker, crane and skopeo.</summary>
    Stream,

    /// <summary>A monolithic upload: POST, then one PUT with the complete body.</summary>
    Monolithic,

    /// <summary>A chunked upload: POST, one PATCH with Content-Range per chunk, and an empty PUT.</summary>
    Chunked,
}
