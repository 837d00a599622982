namespace ImagePusher.Core.Discovery.Formats;

/// <summary>The kinds of files that name images, as objects show them and callers select them.</summary>
internal static class ReferenceKinds
{
    public const string Kubernetes = "Kubernetes";
    public const string HelmChart = "HelmChart";
    public const string ImageLock = "ImageLock";
    public const string Compose = "Compose";
    public const string Dockerfile = "Dockerfile";
    public const string GitHubActions = "GitHubActions";
    public const string AzurePipelines = "AzurePipelines";
    public const string List = "List";

    /// <summary>A YAML file of another kind, in which only the caller's paths count.</summary>
    public const string Yaml = "Yaml";
}
