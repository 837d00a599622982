using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Compression;

/// <summary>
/// How uncompressed layers are compressed. The same content, settings and version of the library give the same bytes on every machine.
/// </summary>
internal sealed record EncodingSettings
{
    /// <summary>
    /// The uncompressed bytes of a block: 4 MiB. It is constant, whatever the number of cores, since it determines the result.
    /// </summary>
    public const int BlockSize = 4 * 1024 * 1024;

    /// <summary>The default level of both formats: 2. docs/performance.md shows the measurements behind it.</summary>
    public const int DefaultLevel = 2;

    private EncodingSettings(LayerFormat format, int level) => (Format, Level) = (format, level);

    /// <summary>gzip or zstd.</summary>
    public LayerFormat Format { get; }

    /// <summary>The level on the format's own scale: gzip 1 to 9, zstd 1 to 19.</summary>
    public int Level { get; }

    /// <summary>The highest level of a format.</summary>
    public static int MaximumLevel(LayerFormat format) => format == LayerFormat.Gzip ? 9 : 19;

    /// <summary>Creates the settings of a format.</summary>
    /// <param name="format">The format.</param>
    /// <param name="level">The level on the format's own scale; null for <see cref="DefaultLevel"/>.</param>
    /// <exception cref="InvalidOptionException">The format has no such level.</exception>
    public static EncodingSettings Create(LayerFormat format, int? level = null)
    {
        var chosen = level ?? DefaultLevel;
        return chosen >= 1 && chosen <= MaximumLevel(format)
            ? new EncodingSettings(format, chosen)
            : throw new InvalidOptionException(
                $"{chosen} is not a compression level of {(format == LayerFormat.Gzip ? "gzip" : "zstd")}.",
                $"Use a level from 1 to {MaximumLevel(format)}.");
    }

    /// <summary>The key under which the encoding of an uncompressed layer is remembered.</summary>
    public EncodingKey KeyOf(Digest diffId) => new(diffId, Format == LayerFormat.Gzip ? "gzip" : "zstd", Level, BlockSize);

    /// <summary>The media type of a layer in this format.</summary>
    /// <param name="docker">True for the media type of a docker manifest, false for that of an OCI manifest.</param>
    public string MediaType(bool docker) => (Format, docker) switch
    {
        (LayerFormat.Gzip, false) => MediaTypes.OciLayerGzip,
        (LayerFormat.Gzip, true) => MediaTypes.DockerLayerGzip,
        (_, false) => MediaTypes.OciLayerZstd,
        _ => MediaTypes.DockerLayerZstd,
    };
}
