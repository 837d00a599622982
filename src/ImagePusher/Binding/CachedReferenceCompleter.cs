using System.Collections;

namespace ImagePusher.Binding;

/// <summary>Completes names of cached images: short forms, or full names where the word has a registry.</summary>
public sealed class CachedReferenceCompleter : CompleterBase
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Candidates(string word, IDictionary bound) => Cached(word, bound);

    internal static IEnumerable<string> Cached(string word, IDictionary bound) => CachedEntries.Of(bound)
        .Select(entry => entry.Reference is { } name && !IsBeginOf(word, entry.ToString()) ? name.ShortForm : entry.ToString());

    /// <summary>True if somebody has begun to type the full name.</summary>
    internal static bool IsBeginOf(string word, string name) => word.Length > 0 && name.StartsWith(word, StringComparison.Ordinal);
}
