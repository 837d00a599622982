using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>What a verification of a cached image found.</summary>
/// <param name="Entry">The image.</param>
/// <param name="Missing">What it names and the cache lacks, or has with another size.</param>
/// <param name="Damaged">What is there with other bytes than its digest says.</param>
/// <param name="BytesRead">How many bytes were hashed.</param>
/// <param name="Begun">When the verification began; what was written later it may not have seen.</param>
public sealed record VerifyReport(
    CacheEntry Entry, IReadOnlyList<Descriptor> Missing, IReadOnlyList<DamagedBlob> Damaged, long BytesRead, DateTimeOffset Begun)
{
    /// <summary>True if nothing is missing or damaged.</summary>
    public bool IsIntact => Missing.Count == 0 && Damaged.Count == 0;
}
