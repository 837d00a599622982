using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Abstractions;

/// <summary>Stores the results of compressions, so that a later copy does not read the layers again.</summary>
internal interface IEncodingStore
{
    /// <summary>The compressed layer; null if it is unknown.</summary>
    ValueTask<Descriptor?> FindAsync(EncodingKey key, CancellationToken cancellationToken);

    /// <summary>Stores a result. Both digests, uncompressed and compressed, were computed from the bytes.</summary>
    ValueTask StoreAsync(EncodingKey key, Descriptor encoded, CancellationToken cancellationToken);
}
