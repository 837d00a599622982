namespace ImagePusher.Core.Cache;

/// <summary>What a garbage collection removed, or would remove.</summary>
/// <param name="Blobs">How many blobs.</param>
/// <param name="Partials">How many parts of blobs that nobody finished.</param>
/// <param name="Bytes">How many bytes in all.</param>
/// <param name="Kept">How many blobs no image names that are younger than the grace period, and stay.</param>
/// <param name="IsWhatIf">True if nothing was removed.</param>
public sealed record GarbageReport(int Blobs, int Partials, long Bytes, int Kept, bool IsWhatIf);
