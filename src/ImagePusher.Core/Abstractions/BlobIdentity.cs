using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Abstractions;

/// <summary>What a blob turned out to be once all its bytes had passed: its digest and its size in bytes.</summary>
public readonly record struct BlobIdentity(Digest Digest, long Size);
