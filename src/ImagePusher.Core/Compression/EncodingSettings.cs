using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Compression.Deflate;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Compression;

/// <summary>
/// The compression settings for uncompressed layers. The same content, settings and version of the library result in the same bytes on
/// every machine; above <see cref="HighestPortableGzip"/>, gzip's also depend on the version of the runtime.
/// </summary>
internal sealed record EncodingSettings
{
    /// <summary>The uncompressed bytes of the largest block: 4 MiB.</summary>
    public const int LargestBlock = 4 * 1024 * 1024;

    /// <summary>The highest level of gzip that has the same bytes on every platform, processor and runtime version.</summary>
    public const int HighestPortableGzip = 3;

    /// <summary>The default level of both formats: 2. docs/performance.md shows the measurements behind it.</summary>
    public const int DefaultLevel = 2;

    private EncodingSettings(LayerFormat format, int level) => (Format, Level) = (format, level);

    /// <summary>gzip or zstd.</summary>
    public LayerFormat Format { get; }

    /// <summary>The level on the format's own scale: gzip 1 to 9, zstd 1 to 19.</summary>
    public int Level { get; }

    /// <summary>
    /// The uncompressed bytes of a block. It is constant, whatever the number of cores, since it determines the result. Portable
    /// gzip refers to the block before, so that small blocks, which need less memory, are hardly larger in sum.
    /// </summary>
    public int BlockSize => IsPortableGzip ? LargestBlock / 4 : LargestBlock;

    /// <summary>True if the project's own encoder is used, false for that of the runtime or of the zstd library.</summary>
    public bool IsPortableGzip => Format == LayerFormat.Gzip && Level <= HighestPortableGzip;

    private string Encoder => IsPortableGzip ? $"deflate{DeflateEncoder.Version}" : Format == LayerFormat.Gzip ? "zlib" : "zstd";

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

    /// <summary>The key under which the encoding of an uncompressed layer is recorded.</summary>
    public EncodingKey KeyOf(Digest diffId) => new(diffId, Format == LayerFormat.Gzip ? "gzip" : "zstd", Level, BlockSize, Encoder);

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
