namespace ImagePusher.Core.Cache;

/// <summary>The index while it is changed under the lock. A change that throws must have changed nothing.</summary>
internal sealed class IndexDraft(IndexSnapshot current)
{
    private readonly List<CacheEntry> _added = [];
    private HashSet<int>? _dropped;

    /// <summary>True if there is something to write.</summary>
    public bool IsChanged => _added.Count > 0 || _dropped is not null;

    /// <summary>The entries as they stand now.</summary>
    public IEnumerable<CacheEntry> Entries => Kept.Select(slot => slot.Entry).OfType<CacheEntry>().Concat(_added);

    // An entry is known by where it begins.
    private IReadOnlyList<IndexSlot> Kept => _dropped is null ? current.Slots : [.. current.Slots.Where(slot => !_dropped.Contains(slot.Start))];

    /// <summary>Adds an entry; what had its name before is dropped.</summary>
    public void Put(CacheEntry entry)
    {
        Drop(other => other.IsNamed(entry.Name!));
        _added.Add(entry);
    }

    /// <summary>Drops entries, and says how many.</summary>
    public int Drop(Predicate<CacheEntry> which)
    {
        var count = _added.RemoveAll(which);
        foreach (var slot in current.Slots)
        {
            if (slot.Entry is { } entry && which(entry) && (_dropped ??= []).Add(slot.Start))
            {
                count++;
            }
        }

        return count;
    }

    /// <summary>Drops every entry, also those that are not understood.</summary>
    public void Clear()
    {
        _added.Clear();
        _dropped = [.. current.Slots.Select(slot => slot.Start)];
    }

    public IndexSnapshot ToSnapshot() => current.With(Kept, _added);
}
