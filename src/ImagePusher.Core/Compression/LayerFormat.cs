namespace ImagePusher.Core.Compression;

/// <summary>How a layer is compressed.</summary>
public enum LayerFormat
{
    /// <summary>gzip (RFC 1952), which every reader knows.</summary>
    Gzip,

    /// <summary>zstd (RFC 8878): smaller and faster, known to containerd, podman and docker since 23.</summary>
    Zstd,
}
