namespace ImagePusher.Core.Cache;

/// <summary>The result of a garbage collection, or of its preview.</summary>
/// <param name="Blobs">The number of blobs.</param>
/// <param name="Partials">The number of incomplete blobs.</param>
/// <param name="Bytes">The bytes of both.</param>
/// <param name="Kept">The number of unused blobs that are kept because they are younger than the grace period.</param>
/// <param name="IsDryRun">True if nothing was removed.</param>
public sealed record GarbageReport(int Blobs, int Partials, long Bytes, int Kept, bool IsDryRun);
