using System.Collections;
using ImagePusher.Core.Naming;
using ImagePusher.Session;

namespace ImagePusher.Binding;

/// <summary>Completes repositories that this session has seen, and those of cached images.</summary>
public sealed class SeenRepositoryCompleter : CompleterBase
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Candidates(string word, IDictionary bound) => PusherSession.Current.SeenRepositories
        .Concat(CachedEntries.Of(bound).Select(entry => entry.Reference).OfType<ImageReference>())
        .Select(name => CachedReferenceCompleter.IsBeginOf(word, name.Name) ? name.Name : name.ByDigest().ShortForm);
}
