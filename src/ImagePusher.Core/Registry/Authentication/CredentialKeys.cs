using ImagePusher.Core.Naming;

namespace ImagePusher.Core.Registry.Authentication;

/// <summary>
/// The keys under which a credential file may have the credential of a repository. Podman's keys may name the repository or a folder
/// of it; Docker's name a host, also as a URL, whose path it ignores.
/// </summary>
internal sealed class CredentialKeys
{
    private const string HubAddress = "https://index.docker.io/v1/";
    private readonly List<string> _names = [];

    /// <summary>The keys for a repository, the most specific first.</summary>
    public CredentialKeys(string registry, string repository)
    {
        for (var path = $"{registry}/{repository}"; path.LastIndexOf('/') is var slash && slash > 0; path = path[..slash])
        {
            _names.Add(path.TrimEnd('/'));
        }

        _names.AddRange(
            registry == ImageReference.DockerHub ? [HubAddress, registry, "index.docker.io", "registry-1.docker.io"] : [registry]);
    }

    /// <summary>The first entry for the repository; the default value if no key matches.</summary>
    public KeyValuePair<string, T> Find<T>(IReadOnlyDictionary<string, T> entries)
    {
        foreach (var name in _names)
        {
            if (entries.TryGetValue(name, out var value))
            {
                return new(name, value);
            }

            foreach (var entry in entries)
            {
                if (NameOf(entry.Key) == name)
                {
                    return entry;
                }
            }
        }

        return default;
    }

    private static string NameOf(string key)
    {
        var scheme = key.IndexOf("://", StringComparison.Ordinal);
        var name = key[(scheme < 0 ? 0 : scheme + 3)..];
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var (host, path) = slash < 0 ? (name, "") : (name[..slash], name[slash..].TrimEnd('/'));
        return host.ToLowerInvariant() + (scheme >= 0 || path is "/v1" or "/v2" ? "" : path);
    }
}
