using System.Collections;
using ImagePusher.Session;

namespace ImagePusher.Binding;

/// <summary>Completes the registries that this process serves.</summary>
public sealed class LocalRegistryCompleter : CompleterBase
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Candidates(string word, IDictionary bound) =>
        PusherSession.Current.LocalRegistries.All.Select(server => server.Address);
}
