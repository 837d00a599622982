using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Abstractions;

/// <summary>Digest and size of a blob, known after all its bytes were read.</summary>
/// <param name="Digest">The digest.</param>
/// <param name="Size">The size in bytes.</param>
internal readonly record struct BlobIdentity(Digest Digest, long Size);
