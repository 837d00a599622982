using ImagePusher.Core.Abstractions;

namespace ImagePusher.Core.Compression;

/// <summary>The digests and sizes of a layer before and after compression.</summary>
/// <param name="Uncompressed">The uncompressed layer; its digest is the diff ID.</param>
/// <param name="Encoded">The compressed layer.</param>
internal readonly record struct EncodedLayer(BlobIdentity Uncompressed, BlobIdentity Encoded);
