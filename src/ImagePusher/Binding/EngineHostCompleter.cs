using System.Collections;
using ImagePusher.Core.Engines;

namespace ImagePusher.Binding;

/// <summary>Completes the addresses of the container engines of this machine.</summary>
public sealed class EngineHostCompleter : CompleterBase
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Candidates(string word, IDictionary bound) => EngineAddress.Candidates();
}
