using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Abstractions;

/// <summary>Remembers what plain layers became when they were compressed, so that the next push need not read them.</summary>
public interface IEncodingStore
{
    /// <summary>What the layer became by these settings; null if it is not known.</summary>
    ValueTask<Descriptor?> FindAsync(EncodingKey key, CancellationToken cancellationToken);

    /// <summary>Keeps what a layer became. Call it only when both digests, plain and encoded, were computed from the bytes.</summary>
    ValueTask StoreAsync(EncodingKey key, Descriptor encoded, CancellationToken cancellationToken);
}
