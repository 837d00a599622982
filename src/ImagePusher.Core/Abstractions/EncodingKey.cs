using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Abstractions;

/// <summary>Identifies the result of a compression: the uncompressed layer and the settings.</summary>
/// <param name="DiffId">The digest of the uncompressed layer.</param>
/// <param name="Format"><c>gzip</c> or <c>zstd</c>.</param>
/// <param name="Level">The compression level in the format's own scale.</param>
/// <param name="BlockSize">The uncompressed bytes of each block that is compressed on its own.</param>
/// <param name="Encoder">The encoder and its version: another one gives other bytes for the same settings.</param>
internal sealed record EncodingKey(Digest DiffId, string Format, int Level, int BlockSize, string Encoder)
{
    /// <summary>The key as a file name.</summary>
    public override string ToString() => $"{DiffId.Algorithm}-{DiffId.Encoded}-{Format}-{Level}-{BlockSize}-{Encoder}";
}
