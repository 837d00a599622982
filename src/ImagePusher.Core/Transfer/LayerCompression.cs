namespace ImagePusher.Core.Transfer;

/// <summary>What becomes of plain layers on their way. Compressed layers always keep their bytes.</summary>
public enum LayerCompression
{
    /// <summary>The plain layers of a docker-save become gzip; what came with a manifest of its own keeps its bytes.</summary>
    Auto,

    /// <summary>Plain layers stay plain.</summary>
    None,

    /// <summary>Plain layers become gzip, wherever they come from.</summary>
    Gzip,

    /// <summary>Plain layers become zstd, wherever they come from.</summary>
    Zstd,
}
