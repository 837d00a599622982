using ImagePusher.Core.Registry;
using ImagePusher.Session;

namespace ImagePusher.Binding;

/// <summary>Completes registries: those of this session, local ones, and those that docker's and podman's configuration files have credentials for.</summary>
public sealed class RegistryCompleter : CompleterBase
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Candidates(string word)
    {
        var session = PusherSession.Current;
        return session.Client.Connections.Keys
            .Concat(session.Client.ConfiguredRegistries.Keys)
            .Concat(session.LocalRegistries.All.Select(server => server.Address))
            .Concat(ConfiguredLogins.Registries());
    }
}
