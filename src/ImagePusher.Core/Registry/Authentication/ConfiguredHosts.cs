using System.Text.Json;
using ImagePusher.Core.Naming;

namespace ImagePusher.Core.Registry.Authentication;

/// <summary>Reads which registries docker's config.json or podman's auth.json names, without what it knows of them.</summary>
internal static class ConfiguredHosts
{
    /// <summary>The registries, <c>host[:port]</c>; none of a file that is not there or is damaged.</summary>
    public static IReadOnlyList<string> Read(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path), DockerConfigFile.Format);
            var entries = DockerConfigFile.Properties(json.RootElement, "auths").Concat(DockerConfigFile.Properties(json.RootElement, "credHelpers"));
            return [.. entries.Select(entry => HostOf(entry.Name)).OfType<string>()];
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            // Told where the file is used, not where it is looked at.
            return [];
        }
    }

    // Keys are hosts, addresses (https://index.docker.io/v1/), and with podman also repositories.
    private static string? HostOf(string key)
    {
        var scheme = key.IndexOf("://", StringComparison.Ordinal);
        var host = (scheme < 0 ? key : key[(scheme + 3)..]).Split('/')[0];
        return host.Length == 0 || !ReferenceGrammar.IsHost(host) ? null : ImageReference.Create(host, "any").Registry;
    }
}
