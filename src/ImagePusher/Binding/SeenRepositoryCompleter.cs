using ImagePusher.Core.Names;
using ImagePusher.Session;

namespace ImagePusher.Binding;

/// <summary>Completes repositories that this session has seen, and those of cached images.</summary>
public sealed class SeenRepositoryCompleter : CompleterBase
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Candidates(string word) => PusherSession.Current.SeenReferences
        .Concat(CachedReferenceCompleter.Cached(word))
        .Select(text => ImageReference.TryParse(text, out var reference) ? reference.ByDigest().ShortForm : null)
        .OfType<string>();
}
