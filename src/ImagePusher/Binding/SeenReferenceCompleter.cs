using System.Collections;
using ImagePusher.Session;

namespace ImagePusher.Binding;

/// <summary>Completes references that a registry answered for in this session, and those in the cache.</summary>
public sealed class SeenReferenceCompleter : CompleterBase
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Candidates(string word, IDictionary bound) =>
        PusherSession.Current.SeenReferences.Concat(CachedReferenceCompleter.Cached(word, bound));
}
