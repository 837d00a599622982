namespace ImagePusher.Core.Compression;

/// <summary>The compression format of a layer.</summary>
internal enum LayerFormat
{
    /// <summary>gzip (RFC 1952), which every container tool reads.</summary>
    Gzip,

    /// <summary>zstd (RFC 8878): smaller and faster; read by containerd, podman and Docker 23 or later.</summary>
    Zstd,
}
