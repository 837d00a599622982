using ImagePusher.Core.Discovery.Dockerfiles;
using ImagePusher.Core.Discovery.Formats;
using ImagePusher.Core.Discovery.Yaml;

namespace ImagePusher.Core.Discovery;

/// <summary>The references to images in a file.</summary>
/// <param name="Source">The file.</param>
/// <param name="IsKnown">False if neither the file's name nor its content is of a kind that names images.</param>
/// <param name="Found">The references, in the order of the file.</param>
/// <param name="Skipped">The values that are templates or unset variables.</param>
/// <param name="Errors">The invalid parts of the file; the rest was read.</param>
internal sealed record ReferenceScan(
    SourceText Source, bool IsKnown, IReadOnlyList<FoundReference> Found, IReadOnlyList<SkippedReference> Skipped,
    IReadOnlyList<ImagePusherException> Errors)
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="ImagePusherException">The file can't be read at all.</exception>
    public static ReferenceScan Read(string path, ScanOptions options) => Read(SourceText.Read(path), options);

    /// <summary>Finds the references to images in a file.</summary>
    public static ReferenceScan Read(SourceText source, ScanOptions options)
    {
        var collector = new ReferenceCollector(source);
        var isKnown = true;
        try
        {
            switch (options.Kind ?? FileKindDetector.OfName(source.Path))
            {
                case null:
                    isKnown = false;
                    break;
                case ReferenceKinds.Dockerfile:
                    new DockerfileReader(collector).Read();
                    break;
                case ReferenceKinds.List:
                    ListReader.Read(collector);
                    break;
                default:
                    isKnown = ReadYaml(collector, options);
                    break;
            }
        }
        catch (LimitExceededException error)
        {
            // The references found so far are used.
            collector.Errors.Add(error);
        }

        collector.Found.Sort((one, other) => one.Place.Offset - other.Place.Offset);
        collector.Skipped.Sort((one, other) => one.Place.Offset - other.Place.Offset);
        return new ReferenceScan(source, isKnown, collector.Found, collector.Skipped, collector.Errors);
    }

    private static bool ReadYaml(ReferenceCollector collector, ScanOptions options)
    {
        var isKnown = false;
        var kubernetes = new KubernetesReader(collector);
        foreach (var root in YamlDocuments.Read(collector))
        {
            var kind = options.Kind ?? FileKindDetector.OfDocument(collector.Source.Path, root);
            isKnown |= kind != ReferenceKinds.Yaml || options.Paths.Count > 0;
            switch (kind)
            {
                case ReferenceKinds.Kubernetes:
                    kubernetes.Read(root);
                    break;
                case ReferenceKinds.HelmChart:
                    new ChartReader(collector).Read(root);
                    break;
                case ReferenceKinds.ImageLock:
                    ImageLockReader.Read(root, collector);
                    break;
                case ReferenceKinds.Compose:
                    new ComposeReader(collector, options.Variables).Read(root);
                    break;
                case ReferenceKinds.GitHubActions:
                    new GitHubReader(collector).Read(root);
                    break;
                case ReferenceKinds.AzurePipelines:
                    new AzureReader(collector).Read(root);
                    break;
            }

            foreach (var (path, node) in options.Paths.SelectMany(path => path.Find(root).Select(node => (path, node))))
            {
                collector.Add(node, kind, path.ToString());
            }
        }

        return isKnown || collector.Errors.Count > 0;
    }
}

/// <summary>The options for reading files.</summary>
internal sealed record ScanOptions
{
    /// <summary>The kind of the files; null to determine it from name and content. Default: null.</summary>
    public string? Kind { get; init; }

    /// <summary>Paths to further values that name images, in every YAML document. Default: none.</summary>
    public IReadOnlyList<NodePath> Paths { get; init; } = [];

    /// <summary>The variables of compose files. Default: none.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();
}
