using System.Management.Automation;
using ImagePusher.Core;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Naming;

namespace ImagePusher.Binding;

/// <summary>Finds cached images by what a user writes: a name, a digest, or a wildcard over full and short names.</summary>
internal static class CacheLookup
{
    /// <summary>The entries that a text means. A wildcard may mean none; a name that means none is an error.</summary>
    /// <exception cref="ImageNotCachedException">No image has this name.</exception>
    /// <exception cref="InvalidReferenceException">The text is neither a name in the cache nor a reference nor a wildcard.</exception>
    public static async Task<IReadOnlyList<CacheEntry>> FindAsync(ImageCache cache, string text, CancellationToken cancellationToken)
    {
        // A name that another tool gave may hold a bracket, so what is there literally comes first.
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

        var reference = ImageReference.Parse(text);
        throw new ImageNotCachedException(
            $"The cache {cache.Path} has no image {reference}.",
            $"Save it with Save-ImageToCache {reference.ShortForm}, import it with Import-ImageTar, or see what is there with Get-CachedImage.");
    }

    private static bool Matches(CacheEntry entry, WildcardPattern pattern) =>
        pattern.IsMatch(entry.ToString()) || (entry.Reference is { } reference && pattern.IsMatch(reference.ShortForm));
}
