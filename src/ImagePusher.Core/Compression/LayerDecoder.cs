using System.IO.Compression;
using ImagePusher.Core.Oci;
using ZstdSharp;

namespace ImagePusher.Core.Compression;

/// <summary>Gives the plain bytes of a compressed layer.</summary>
internal static class LayerDecoder
{
    /// <summary>True if the layer is compressed in a way that <see cref="Open"/> undoes, or plain.</summary>
    public static bool CanDecode(string mediaType) => MediaTypes.IsLayer(mediaType);

    /// <summary>A stream of a layer's plain bytes.</summary>
    /// <param name="layer">The layer as it is stored; closed with the result.</param>
    /// <param name="mediaType">The layer's media type, which says how it is compressed.</param>
    /// <exception cref="NotSupportedException">No compression of this media type is known.</exception>
    public static Stream Open(Stream layer, string mediaType) => mediaType switch
    {
        MediaTypes.OciLayer or MediaTypes.DockerLayer => layer,
        MediaTypes.OciLayerGzip or MediaTypes.DockerLayerGzip => new GZipStream(layer, CompressionMode.Decompress),
        MediaTypes.OciLayerZstd or MediaTypes.DockerLayerZstd => new DecompressionStream(layer, leaveOpen: false),
        _ => throw new NotSupportedException($"A layer of type {mediaType} can't be unpacked."),
    };
}
