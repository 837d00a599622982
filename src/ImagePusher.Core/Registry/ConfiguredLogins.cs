using System.Text.Json;
using ImagePusher.Core.Names;
using ImagePusher.Core.Registry.Authentication;

namespace ImagePusher.Core.Registry;

/// <summary>
/// The registries that docker's and podman's configuration files have credentials for: what completion offers. No secret is
/// taken from the files, and no credential helper is run.
/// </summary>
public static class ConfiguredLogins
{
    private static readonly string[] Sections = ["auths", "credHelpers"];

    /// <summary>The registries, each once. Files that are missing, unreadable or no JSON have none.</summary>
    /// <param name="environment">What the environment's variables hold; the process's by default.</param>
    public static IReadOnlyList<string> Registries(Func<string, string?>? environment = null) =>
        [.. DockerConfigFile.Locate(environment ?? Environment.GetEnvironmentVariable).SelectMany(Keys).Select(Host).Where(host => host.Length > 0).Distinct()];

    private static IEnumerable<string> Keys(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            var root = json.RootElement;
            return [.. Sections
                .Where(section => root.ValueKind == JsonValueKind.Object && root.TryGetProperty(section, out var entries) && entries.ValueKind == JsonValueKind.Object)
                .SelectMany(section => root.GetProperty(section).EnumerateObject().Select(entry => entry.Name))];
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // Old spellings are whole addresses, and podman's keys may name a repository.
    private static string Host(string key)
    {
        var host = key[(key.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 ? scheme + 3 : 0)..].Split('/')[0];
        return host is "index.docker.io" or "registry-1.docker.io" ? ImageReference.DockerHub : host;
    }
}
