using System.Collections.Concurrent;
using ImagePusher.Core.Abstractions;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Registry.Authentication;

/// <summary>The credentials of DOCKER_AUTH_CONFIG, then of Docker's config.json, then of Podman's auth.json.</summary>
internal sealed class ConfiguredCredentials(Func<string, string?> environment) : IDisposable
{
    private readonly ConcurrentDictionary<string, DockerConfigFile> _files = new();

    /// <summary>The sources in their order: the name of the variable, and the paths of the files.</summary>
    public static IEnumerable<string> Locate(Func<string, string?> environment)
    {
        var home = environment("HOME") is { Length: > 0 } unix ? unix : environment("USERPROFILE");
        var docker = environment("DOCKER_CONFIG") is { Length: > 0 } folder ? folder
            : string.IsNullOrEmpty(home) ? null : Path.Combine(home, ".docker");
        var config = environment("XDG_CONFIG_HOME") is { Length: > 0 } named ? named
            : string.IsNullOrEmpty(home) ? null : Path.Combine(home, ".config");
        string?[] sources =
        [
            DockerConfigFile.Variable,
            docker is null ? null : Path.Combine(docker, "config.json"),
            environment("REGISTRY_AUTH_FILE"),
            environment("XDG_RUNTIME_DIR") is { Length: > 0 } runtime ? Path.Combine(runtime, "containers", "auth.json") : null,
            config is null ? null : Path.Combine(config, "containers", "auth.json"),
        ];
        return sources.OfType<string>().Where(source => source.Length > 0);
    }

    public async ValueTask<RegistryCredential?> FindAsync(
        string registry, string repository, RegistryCredential? rejected, ILogger log, CancellationToken cancellationToken)
    {
        // Located each time: a script may set DOCKER_CONFIG at any moment.
        foreach (var source in Locate(environment))
        {
            var file = _files.GetOrAdd(source, found => new DockerConfigFile(found, environment));
            if (await file.FindAsync(registry, repository, rejected, log, cancellationToken).ConfigureAwait(false) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    public void Dispose()
    {
        foreach (var file in _files.Values)
        {
            file.Dispose();
        }
    }
}
