using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>The result of the verification of a cached image.</summary>
/// <param name="Entry">The image.</param>
/// <param name="Missing">The blobs that do not exist or have another size.</param>
/// <param name="Damaged">The blobs whose bytes do not match their digests.</param>
/// <param name="BytesRead">The number of hashed bytes.</param>
internal sealed record VerifyReport(
    CacheEntry Entry, IReadOnlyList<Descriptor> Missing, IReadOnlyList<DamagedBlob> Damaged, long BytesRead)
{
    /// <summary>The files with other bytes or another size than they should have, and when each was last written.</summary>
    internal IReadOnlyList<(Digest Digest, DateTime Written)> BadFiles { get; init; } = [];

    /// <summary>True if nothing is missing or damaged.</summary>
    public bool IsIntact => Missing.Count == 0 && Damaged.Count == 0;
}
