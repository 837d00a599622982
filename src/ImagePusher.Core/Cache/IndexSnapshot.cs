using ImagePusher.Core.Layout;

namespace ImagePusher.Core.Cache;

/// <summary>The cache's index at one moment, with its entries as images.</summary>
internal sealed class IndexSnapshot
{
    public IndexSnapshot(LayoutIndex index)
    {
        Index = index;
        Slots = [.. index.Slots.Select(slot => (slot, slot.Descriptor is null ? null : new CacheEntry(slot.Descriptor)))];
        Entries = [.. Slots.Select(slot => slot.Entry).OfType<CacheEntry>()];
    }

    /// <summary>The index of a cache without images.</summary>
    public static IndexSnapshot Empty { get; } = new(LayoutIndex.Empty);

    public LayoutIndex Index { get; }

    public ReadOnlyMemory<byte> Raw => Index.Raw;

    /// <summary>Every entry of the file; without an image where it could not be read.</summary>
    public IReadOnlyList<(LayoutSlot Slot, CacheEntry? Entry)> Slots { get; }

    /// <summary>The images, in the file's order.</summary>
    public IReadOnlyList<CacheEntry> Entries { get; }

    /// <summary>True if an entry could not be read; it is kept, and its references are unknown.</summary>
    public bool HasUnknown => Index.HasUnknown;
}
