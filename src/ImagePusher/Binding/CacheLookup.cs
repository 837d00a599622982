using System.Management.Automation;
using ImagePusher.Core;
using ImagePusher.Core.IO;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Naming;

namespace ImagePusher.Binding;

/// <summary>Finds cached images by a name, a digest, or a wildcard pattern over full and short names.</summary>
internal static class CacheLookup
{
    /// <summary>The entries that a text selects. A pattern may select none; a name that selects none is an error.</summary>
    /// <exception cref="ImageNotCachedException">No image has this name.</exception>
    /// <exception cref="InvalidReferenceException">The text is neither a cached name nor a reference nor a pattern.</exception>
    public static async Task<IReadOnlyList<CacheEntry>> FindAsync(ImageCache cache, string text, CancellationToken cancellationToken)
    {
        // A name that another tool wrote may contain a bracket, so the literal name comes first.
        if (await cache.FindAsync(text, cancellationToken).ConfigureAwait(false) is { } entry)
        {
            return [entry];
        }

        if (WildcardPattern.ContainsWildcardCharacters(text))
        {
            var pattern = Wildcards.Parse(text);
            var all = await cache.ListAsync(cancellationToken).ConfigureAwait(false);
            return [.. all.Where(candidate => Matches(candidate, pattern))];
        }

        // Objects show an unprintable name with escapes.
        if (text.Contains("\\u", StringComparison.Ordinal)
            && (await cache.ListAsync(cancellationToken).ConfigureAwait(false)).FirstOrDefault(
                other => other.PrintableName() == text) is { } escaped)
        {
            return [escaped];
        }

        throw NotCached(cache, ImageReference.Parse(text).ToString());
    }

    /// <summary>The same for cmdlets that must not succeed without an image: a pattern that selects none is an error too.</summary>
    /// <inheritdoc cref="FindAsync"/>
    public static async Task<IReadOnlyList<CacheEntry>> FindAnyAsync(ImageCache cache, string text, CancellationToken cancellationToken)
    {
        var found = await FindAsync(cache, text, cancellationToken).ConfigureAwait(false);
        return found.Count > 0 ? found : throw NotCached(cache, $"that matches '{text}'");
    }

    /// <summary>The name of an entry as objects and messages show it.</summary>
    public static string PrintableName(this CacheEntry entry) => TerminalText.Escape(entry.ToString());

    private static ImageNotCachedException NotCached(ImageCache cache, string image) =>
        new($"The cache {cache.Path} has no image {image}.", "Check the name.");

    private static bool Matches(CacheEntry entry, WildcardPattern pattern) =>
        pattern.IsMatch(entry.ToString()) || (entry.Reference is { } reference && pattern.IsMatch(reference.ShortForm));
}
