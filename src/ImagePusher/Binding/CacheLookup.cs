using System.Management.Automation;
using ImagePusher.Core;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Messages;
using ImagePusher.Core.Naming;

namespace ImagePusher.Binding;

/// <summary>Finds cached images by a name, a digest, or a wildcard pattern over full and short names.</summary>
internal static class CacheLookup
{
    private const int ListedNames = 3;

    /// <summary>
    /// The entries that a text selects. A pattern may select none; a name that selects none is an error. A pattern selects referrers that
    /// were copied along with an image only if they are requested.
    /// </summary>
    /// <exception cref="ImageNotCachedException">No image has this name.</exception>
    /// <exception cref="InvalidReferenceException">The text is neither a cached name nor a reference nor a pattern.</exception>
    public static async Task<IReadOnlyList<CacheEntry>> FindAsync(
        ImageCache cache, string text, CancellationToken cancellationToken, bool withReferrers = false)
    {
        // A name that another tool wrote may contain a bracket, so the literal name comes first.
        if (await cache.FindAsync(text, cancellationToken).ConfigureAwait(false) is { } entry)
        {
            return [entry];
        }

        if (WildcardPattern.ContainsWildcardCharacters(text))
        {
            var pattern = Wildcards.Parse(text);
            var all = await (withReferrers
                ? cache.ListAsync(cancellationToken) : cache.ListImagesAsync(cancellationToken)).ConfigureAwait(false);
            return [.. all.Where(candidate => Matches(candidate, pattern))];
        }

        // Objects show an unprintable name with escapes.
        if (text.Contains("\\u", StringComparison.Ordinal)
            && (await cache.ListAsync(cancellationToken).ConfigureAwait(false)).FirstOrDefault(
                other => other.PrintableName() == text) is { } escaped)
        {
            return [escaped];
        }

        var wanted = ImageReference.Parse(text);
        var cached = await cache.ListAsync(cancellationToken).ConfigureAwait(false);

        // docker names an image by the first digits of its digest too.
        var begins = CachedDigests.TryParseBeginning(text);
        throw NotCached(cache, wanted.ToString(), cached.Where(
            other => LastPart(other.Reference) == LastPart(wanted) || begins?.Invoke(other.Digest) == true));
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

    // A name without a registry means Docker Hub, but the image that is meant may be of another one, or have another tag.
    private static ImageNotCachedException NotCached(ImageCache cache, string image, IEnumerable<CacheEntry>? similar = null)
    {
        var names = similar?.Take(ListedNames).Select(PrintableName).ToList() ?? [];
        return new ImageNotCachedException(
            $"The cache {cache.Path} has no image {image}.",
            names.Count == 0 ? "Check the name." : $"Check the name; similar names are {string.Join(", ", names)}.");
    }

    private static string? LastPart(ImageReference? name) => name?.Repository[(name.Repository.LastIndexOf('/') + 1)..];

    private static bool Matches(CacheEntry entry, WildcardPattern pattern) =>
        pattern.IsMatch(entry.ToString()) || (entry.Reference is { } reference && pattern.IsMatch(reference.ShortForm));
}
