using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;

namespace ImagePusher.Core.Compression;

/// <summary>What went into an encoder and what came out.</summary>
/// <param name="Plain">The plain layer: its digest is the diff ID.</param>
/// <param name="Encoded">The compressed layer.</param>
internal readonly record struct EncodedLayer(BlobIdentity Plain, BlobIdentity Encoded);
