namespace ImagePusher.Core.Transfer;

/// <summary>The compression of uncompressed layers. Compressed layers are never changed.</summary>
public enum LayerCompression
{
    /// <summary>
    /// Uncompressed layers of a docker archive are compressed with gzip; images with a manifest of their own are not
    /// changed.
    /// </summary>
    Auto,

    /// <summary>Uncompressed layers stay uncompressed.</summary>
    None,

    /// <summary>Uncompressed layers of any source are compressed with gzip.</summary>
    Gzip,

    /// <summary>Uncompressed layers of any source are compressed with zstd.</summary>
    Zstd,
}
