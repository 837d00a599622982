namespace ImagePusher.Core.Cache;

/// <summary>The index while it is changed under the lock. A change that throws must have changed nothing.</summary>
internal sealed class IndexDraft(IndexSnapshot current)
{
    private readonly List<CacheEntry> _added = [];
    private HashSet<int>? _removed;

    /// <summary>True if there is something to write.</summary>
    public bool IsChanged => _added.Count > 0 || _removed is not null;

    /// <summary>The entries including the changes so far.</summary>
    public IEnumerable<CacheEntry> Entries =>
        current.Slots.Where(slot => !IsRemoved(slot.Slot.Start)).Select(slot => slot.Entry).OfType<CacheEntry>().Concat(_added);

    /// <summary>Adds an entry; an existing entry of its name is removed.</summary>
    public void Put(CacheEntry entry)
    {
        Remove(other => other.IsNamed(entry.Name!));
        _added.Add(entry);
    }

    /// <summary>Removes entries.</summary>
    /// <returns>The number of removed entries.</returns>
    public int Remove(Predicate<CacheEntry> which)
    {
        var count = _added.RemoveAll(which);
        foreach (var (slot, entry) in current.Slots)
        {
            // An entry is identified by its position.
            if (entry is not null && which(entry) && (_removed ??= []).Add(slot.Start))
            {
                count++;
            }
        }

        return count;
    }

    /// <summary>Removes every entry, also those that could not be read.</summary>
    public void Clear()
    {
        _added.Clear();
        _removed = [.. current.Slots.Select(slot => slot.Slot.Start)];
    }

    public IndexSnapshot ToSnapshot() => new(current.Index.With(
        [.. current.Slots.Where(slot => !IsRemoved(slot.Slot.Start)).Select(slot => slot.Slot)],
        [.. _added.Select(entry => entry.Descriptor)]));

    private bool IsRemoved(int start) => _removed?.Contains(start) == true;
}
