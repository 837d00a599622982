using System.Collections;

namespace ImagePusher.Binding;

/// <summary>Completes digests of cached images.</summary>
public sealed class CachedDigestCompleter : CompleterBase
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Candidates(string word, IDictionary bound) =>
        CachedEntries.Of(bound).Select(entry => entry.Descriptor.Digest.ToString());
}
