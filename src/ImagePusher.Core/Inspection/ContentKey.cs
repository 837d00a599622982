using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Inspection;

/// <summary>The content of a file: an entry of a layer.</summary>
/// <param name="Layer">The digest of the layer.</param>
/// <param name="Ordinal">The position of the entry in the layer.</param>
internal readonly record struct ContentKey(Digest Layer, int Ordinal);
