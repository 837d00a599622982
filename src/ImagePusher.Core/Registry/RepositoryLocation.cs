using ImagePusher.Core.Registry.Authentication;
using ImagePusher.Core.Registry.Blobs;
using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry;

/// <summary>A repository at one host: the registry itself or a mirror of it.</summary>
/// <param name="Transport">Sends requests to the host.</param>
/// <param name="Repository">The repository's path there, with the host's prefix.</param>
/// <param name="Name">The repository's name for the user, for messages.</param>
/// <param name="IsMirror">True for a mirror.</param>
internal sealed record RepositoryLocation(RegistryTransport Transport, string Repository, string Name, bool IsMirror)
{
    public IReadOnlyList<TokenScope> PullScopes { get; } = [TokenScope.Pull(Repository)];

    public IReadOnlyList<TokenScope> PushScopes { get; } = [TokenScope.Push(Repository)];

    /// <summary>The registry that has the blobs, however it is called.</summary>
    public string Store { get; } = MountCandidates.StoreOf(Transport.Host.Registry);

    /// <summary>The name of a manifest of this repository, for messages.</summary>
    public string Reference(string tagOrDigest) => Name + (tagOrDigest.Contains(':', StringComparison.Ordinal) ? "@" : ":") + tagOrDigest;
}
