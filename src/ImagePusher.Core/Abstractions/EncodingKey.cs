using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Abstractions;

/// <summary>What decides the bytes of an encoded layer: the plain bytes and the settings.</summary>
/// <param name="DiffId">The digest of the plain layer.</param>
/// <param name="Format"><c>gzip</c> or <c>zstd</c>.</param>
/// <param name="Level">The compression level in the format's own scale.</param>
/// <param name="BlockSize">The bytes of plain content in a block that is compressed on its own.</param>
public sealed record EncodingKey(Digest DiffId, string Format, int Level, int BlockSize)
{
    /// <summary>A file name that stands for the key: no ':' in it.</summary>
    public override string ToString() => $"{DiffId.Algorithm}-{DiffId.Encoded}-{Format}-{Level}-{BlockSize}";
}
