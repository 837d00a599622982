using System.Collections;
using ImagePusher.Session;

namespace ImagePusher.Binding;

/// <summary>Completes registries: those of this session, local ones, and those that docker's and podman's files name.</summary>
public sealed class RegistryCompleter : CompleterBase
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Candidates(string word, IDictionary bound) => Known();

    internal static IEnumerable<string> Known()
    {
        var session = PusherSession.Current;
        return session.Client.Connections.Keys
            .Concat(session.Client.ConfiguredRegistries.Keys)
            .Concat(session.LocalRegistries.All.Select(server => server.Address))
            .Concat(session.SeenRepositories.Select(repository => repository.Registry))
            .Concat(session.Client.RegistriesOfFiles());
    }
}
