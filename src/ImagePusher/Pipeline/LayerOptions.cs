using ImagePusher.Core;
using ImagePusher.Core.Compression;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Pipeline;

/// <summary>The options for the layers and the manifest of an image from an archive.</summary>
/// <param name="Compression">The treatment of uncompressed layers.</param>
/// <param name="Level">The compression level; null for the default of the format.</param>
/// <param name="Format">The manifest format for a docker archive.</param>
internal sealed record LayerOptions(LayerCompression Compression, int? Level, ManifestFormat Format)
{
    /// <summary>The options of a copy.</summary>
    public CopyOptions CopyOptions => new()
    {
        Compression = Compression,
        CompressionLevel = Level,
        ManifestFormat = Format,
        AllowPartial = true,
    };

    /// <summary>Rejects a level that the format does not have.</summary>
    /// <exception cref="InvalidOptionException">The level is too high.</exception>
    public void Validate()
    {
        var format = Compression == LayerCompression.Zstd ? LayerFormat.Zstd : LayerFormat.Gzip;
        var maximum = EncodingSettings.MaximumLevel(format);
        if (Level > maximum)
        {
            throw new InvalidOptionException(
                $"Invalid compression level {Level}: {format} has the levels 1 to {maximum}.", $"Specify a level from 1 to {maximum}.");
        }
    }
}
