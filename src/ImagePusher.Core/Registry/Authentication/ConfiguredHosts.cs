using System.Text.Json;
using ImagePusher.Core.Naming;

namespace ImagePusher.Core.Registry.Authentication;

/// <summary>Reads the registries in the credential files. No helper is run, and no secret is kept.</summary>
internal static class ConfiguredHosts
{
    /// <summary>The registries, <c>host[:port]</c>; none of a source that is missing or damaged.</summary>
    public static IReadOnlyList<string> Read(string source, Func<string, string?> environment)
    {
        try
        {
            var config = source != DockerConfigFile.Variable ? DockerConfig.Read(source)
                : environment(source) is { Length: > 0 } text ? DockerConfig.Parse(System.Text.Encoding.UTF8.GetBytes(text))
                : DockerConfig.Empty;
            return [.. config.Names.Select(HostOf).OfType<string>()];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            // It is reported where the file is used.
            return [];
        }
    }

    // Keys are hosts, addresses (https://index.docker.io/v1/), and with Podman also repositories.
    private static string? HostOf(string key)
    {
        var scheme = key.IndexOf("://", StringComparison.Ordinal);
        var host = (scheme < 0 ? key : key[(scheme + 3)..]).Split('/')[0];
        return host.Length == 0 || !ReferenceGrammar.IsHost(host) ? null : ImageReference.Create(host, "any").Registry;
    }
}
