using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>What a verification of a cached image found.</summary>
/// <param name="Entry">The image.</param>
/// <param name="Missing">What it names and the cache lacks, or has with another size.</param>
/// <param name="Damaged">What is there with other bytes than its digest says.</param>
/// <param name="BytesRead">How many bytes were hashed.</param>
public sealed record VerifyReport(
    CacheEntry Entry, IReadOnlyList<Descriptor> Missing, IReadOnlyList<DamagedBlob> Damaged, long BytesRead)
{
    /// <summary>The files that have other bytes or another size than they should, and when each was written.</summary>
    internal IReadOnlyList<(Digest Digest, DateTime Written)> BadFiles { get; init; } = [];

    /// <summary>True if nothing is missing or damaged.</summary>
    public bool IsIntact => Missing.Count == 0 && Damaged.Count == 0;
}
