using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Compression;

/// <summary>How plain layers are compressed. The same settings, bytes and program version give the same result on any machine.</summary>
public sealed record EncodingSettings
{
    /// <summary>The bytes of plain content in a block: 4 MiB. A constant, never of the core count, since it decides the result.</summary>
    public const int BlockSize = 4 * 1024 * 1024;

    /// <summary>The default level of both formats: 2. docs/performance.md has the curve that it was chosen from.</summary>
    public const int DefaultLevel = 2;

    private EncodingSettings(LayerFormat format, int level) => (Format, Level) = (format, level);

    /// <summary>gzip or zstd.</summary>
    public LayerFormat Format { get; }

    /// <summary>The level in the format's own scale: gzip 1 to 9, zstd 1 to 19.</summary>
    public int Level { get; }

    /// <summary>The highest level of a format.</summary>
    public static int MaximumLevel(LayerFormat format) => format == LayerFormat.Gzip ? 9 : 19;

    /// <summary>Settings of a format, at its default level unless told.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The format has no such level.</exception>
    public static EncodingSettings Create(LayerFormat format, int? level = null)
    {
        var chosen = level ?? DefaultLevel;
        return chosen >= 1 && chosen <= MaximumLevel(format)
            ? new EncodingSettings(format, chosen)
            : throw new ArgumentOutOfRangeException(nameof(level), chosen, $"{format} has the levels 1 to {MaximumLevel(format)}.");
    }

    /// <summary>The key by which the encoding of a plain layer is remembered.</summary>
    public EncodingKey KeyOf(Digest diffId) => new(diffId, Format == LayerFormat.Gzip ? "gzip" : "zstd", Level, BlockSize);

    /// <summary>The media type of a layer in this format.</summary>
    /// <param name="docker">True for a docker manifest's media type, false for OCI's.</param>
    public string MediaType(bool docker) => (Format, docker) switch
    {
        (LayerFormat.Gzip, false) => MediaTypes.OciLayerGzip,
        (LayerFormat.Gzip, true) => MediaTypes.DockerLayerGzip,
        (_, false) => MediaTypes.OciLayerZstd,
        _ => MediaTypes.DockerLayerZstd,
    };
}
