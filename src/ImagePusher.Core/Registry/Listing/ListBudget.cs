using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry.Listing;

/// <summary>Limits the pages, bytes and time of a list.</summary>
internal sealed class ListBudget(ListRequest list, string registry, RegistryLimits limits)
{
    private int _pages;
    private int _unchanged;
    private long _bytes;
    private TimeSpan _time;
    private string? _lastEntry;

    /// <summary>Counts a page, and the time that was spent waiting for it.</summary>
    /// <exception cref="LimitExceededException">The list is too long.</exception>
    public void Charge(ListPage page, TimeSpan time)
    {
        _time += time;
        _bytes += page.Length;
        var last = page.Entries(list.Property).Select(entry => entry.GetRawText()).LastOrDefault();
        _unchanged = last is null || last == _lastEntry ? _unchanged + 1 : 0;
        _lastEntry = last ?? _lastEntry;
        Check(++_pages <= limits.Pages, $"more than {limits.Pages} pages");
        Check(_unchanged <= limits.EmptyPages, $"more than {limits.EmptyPages} pages in succession without a new entry");
        Check(_bytes <= limits.ListLength, $"more than {limits.ListLength} bytes");
        Check(_time <= limits.ListTime, FormattableString.Invariant($"pages for more than {limits.ListTime.TotalHours:0.#} hours"));
    }

    private void Check(bool isAllowed, string what)
    {
        if (!isAllowed)
        {
            throw new LimitExceededException(
                $"{RegistryFailure.Failed(list.Purpose)}: {registry} sent {what}.",
                "Ask the registry's operator why its list does not end.");
        }
    }
}
