using ImagePusher.Core;
using ImagePusher.Session;

namespace ImagePusher.Binding;

/// <summary>Completes names of cached images: short forms, or full names where the word has a registry.</summary>
public sealed class CachedReferenceCompleter : CompleterBase
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Candidates(string word) => Cached(word);

    internal static IEnumerable<string> Cached(string word)
    {
        try
        {
            var entries = PusherSession.Current.Cache().ListAsync(CancellationToken.None).GetAwaiter().GetResult();
            return [.. entries.Select(entry => entry.Reference is { } name && (word.Length == 0 || !entry.ToString().StartsWith(word, StringComparison.Ordinal)) ? name.ShortForm : entry.ToString())];
        }
        catch (ImagePusherException)
        {
            // A cache that can't be read is the next command's error, not the Tab key's.
            return [];
        }
    }
}
