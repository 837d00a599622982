using System.Collections;

namespace ImagePusher.Binding;

/// <summary>Completes names of cached images: short forms, or full names if the typed text includes the registry.</summary>
public sealed class CachedReferenceCompleter : CompleterBase
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Candidates(string word, IDictionary bound) => Names(word, bound);

    internal static IEnumerable<string> Names(string word, IDictionary bound) => CachedImages(bound)
        .Select(entry => entry.Reference is { } name && !IsStartOf(word, entry.ToString()) ? name.ShortForm : entry.PrintableName());

    /// <summary>True if the text is the start of the full name.</summary>
    internal static bool IsStartOf(string word, string name) => word.Length > 0 && name.StartsWith(word, StringComparison.Ordinal);
}

/// <summary>Completes digests of cached images.</summary>
public sealed class CachedDigestCompleter : CompleterBase
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Candidates(string word, IDictionary bound) =>
        CachedImages(bound).Select(entry => entry.Digest.ToString());
}
