using System.Globalization;
using System.Net;

namespace ImagePusher.LocalRegistry.Protocol;

/// <summary>The part of a sorted list that a request selects by <c>n</c> and <c>last</c>, and the link to the next one.</summary>
/// <remarks>distribution-spec, Listing Tags.</remarks>
internal sealed record Page(IReadOnlyList<string> Items, string? Link)
{
    /// <summary>Selects the page.</summary>
    /// <param name="sorted">The complete list in ordinal order.</param>
    /// <param name="path">The path of the list.</param>
    /// <param name="query">The request's query.</param>
    /// <exception cref="RequestRejectedException">400: n is not a number.</exception>
    public static Page Take(IEnumerable<string> sorted, string path, QueryString query)
    {
        var rest = query["last"] is { Length: > 0 } last ? sorted.Where(item => string.CompareOrdinal(item, last) > 0) : sorted;
        if (query["n"] is not { } text)
        {
            return new Page([.. rest], null);
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            throw new RequestRejectedException(
                HttpStatusCode.BadRequest, ErrorCode.PaginationNumberInvalid, "n must be a number of at least 0");
        }

        var items = rest.Take(count < int.MaxValue ? count + 1 : count).ToList();
        if (items.Count <= count || count == 0)
        {
            return new Page([.. items.Take(count)], null);
        }

        items.RemoveAt(count);
        return new Page(items,
            string.Create(CultureInfo.InvariantCulture, $"<{path}?n={count}&last={Uri.EscapeDataString(items[^1])}>; rel=\"next\""));
    }
}
