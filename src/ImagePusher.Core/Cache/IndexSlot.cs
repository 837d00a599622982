namespace ImagePusher.Core.Cache;

/// <summary>One entry in the bytes of index.json.</summary>
/// <param name="Start">Where its object begins.</param>
/// <param name="Length">How many bytes it has.</param>
/// <param name="Entry">What it says; null if its digest is of a kind that is not known here.</param>
internal readonly record struct IndexSlot(int Start, int Length, CacheEntry? Entry);
