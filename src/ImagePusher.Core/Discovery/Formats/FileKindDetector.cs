using ImagePusher.Core.Discovery.Yaml;

namespace ImagePusher.Core.Discovery.Formats;

/// <summary>Determines the kind of a file from its name, and of a YAML document from its content.</summary>
internal static class FileKindDetector
{
    private static readonly string[] YamlExtensions = [".yaml", ".yml", ".json"];
    private static readonly string[] ListExtensions = [".txt", ".list", ".lst"];

    /// <summary>
    /// The kind of a file by its name: a Dockerfile, a list, or <see cref="ReferenceKinds.Yaml"/> for a document whose content decides;
    /// null for other files.
    /// </summary>
    public static string? OfName(string path)
    {
        var name = Path.GetFileName(path);
        var extension = Path.GetExtension(name).ToLowerInvariant();
        return YamlExtensions.Contains(extension) ? ReferenceKinds.Yaml
            : IsDockerfile(name, extension) ? ReferenceKinds.Dockerfile
            : ListExtensions.Contains(extension) ? ReferenceKinds.List
            : null;
    }

    /// <summary>True if a search through folders reads the file: lists are text of any purpose, and must be named.</summary>
    public static bool IsSearched(string path) => OfName(path) is { } kind && kind != ReferenceKinds.List;

    /// <summary>The kind of a YAML document; <see cref="ReferenceKinds.Yaml"/> if its kind names no images.</summary>
    public static string OfDocument(string path, SourceNode root)
    {
        var name = Path.GetFileName(path).ToLowerInvariant();
        var hasVersion = root["apiVersion"] is not null;
        return IsGitHub(path, root) ? ReferenceKinds.GitHubActions
            : hasVersion && root.Text("kind") is { } kind ? (kind == "ImagesLock" ? ReferenceKinds.ImageLock : ReferenceKinds.Kubernetes)
            : hasVersion && (name is "chart.yaml" or "chart.yml" || (root["name"] is not null && root["version"] is not null))
                ? ReferenceKinds.HelmChart
            : IsCompose(name, root) ? ReferenceKinds.Compose
            : IsAzure(name, root) ? ReferenceKinds.AzurePipelines
            : ReferenceKinds.Yaml;
    }

    private static bool IsDockerfile(string name, string extension) =>
        extension is ".dockerfile" or ".containerfile"
        || name is "Dockerfile" or "Containerfile" || name.Equals("dockerfile", StringComparison.OrdinalIgnoreCase)
        || ((name.StartsWith("Dockerfile.", StringComparison.Ordinal) || name.StartsWith("Containerfile.", StringComparison.Ordinal))
            && extension is not (".dockerignore" or ".md"));

    private static bool IsGitHub(string path, SourceNode root) =>
        (root["jobs"] is { IsMapping: true } && (root["on"] is not null
            || path.Replace('\\', '/').Contains("/.github/workflows/", StringComparison.Ordinal)))
        || root.At("runs", "using") is not null;

    private static bool IsCompose(string name, SourceNode root) => root["services"] is { IsMapping: true } services
        && (name.Contains("compose", StringComparison.Ordinal)
            || services.Entries.Exists(service => service.Value["image"] is not null || service.Value["build"] is not null));

    private static bool IsAzure(string name, SourceNode root) =>
        name.StartsWith("azure-pipelines", StringComparison.Ordinal)
        || root.At("resources", "containers") is not null
        || root["stages"] is { IsScalar: false }
        || root["jobs"] is { IsScalar: false, IsMapping: false }
        || (root["steps"] is not null && root["pool"] is not null);
}
