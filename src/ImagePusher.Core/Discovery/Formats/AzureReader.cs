using ImagePusher.Core.Discovery.Yaml;

namespace ImagePusher.Core.Discovery.Formats;

/// <summary>
/// Reads Azure pipelines: container resources, and the containers and services of jobs, which name an image or such a resource.
/// </summary>
internal sealed class AzureReader(ReferenceCollector collector)
{
    private const string Kind = ReferenceKinds.AzurePipelines;

    private readonly HashSet<string> _resources = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<SourceNode> _read = [];

    /// <summary>Reads a pipeline.</summary>
    public void Read(SourceNode pipeline)
    {
        var containers = pipeline.At("resources", "containers");
        for (var i = 0; i < containers?.Items.Count; i++)
        {
            _resources.Add(containers.Items[i].Text("container") ?? "");
            collector.Add(containers.Items[i]["image"], Kind, $"resources.containers[{i}].image");
        }

        ReadJobs(pipeline, "");
    }

    // A pipeline has stages, or jobs, or is one job; a template expression, ${{ if … }}, is a key with a list of them.
    private void ReadJobs(SourceNode level, string path)
    {
        if (!_read.Add(level))
        {
            return;
        }

        AddContainer(level["container"], $"{path}container");
        foreach (var (name, service) in level["services"]?.Entries ?? [])
        {
            AddContainer(service, $"{path}services.{name.Label}");
        }

        foreach (var (key, list) in level.Entries)
        {
            for (var i = 0; key.Value is "stages" or "jobs" && i < list.Items.Count; i++)
            {
                ReadJobs(list.Items[i], $"{path}{key.Label}[{i}].");
            }

            for (var i = 0; TemplateMask.IsIn(key.Value) && i < list.Items.Count; i++)
            {
                ReadJobs(list.Items[i], $"{path}[{i}].");
            }
        }
    }

    private void AddContainer(SourceNode? container, string path)
    {
        var image = container is { IsScalar: true } ? container : container?["image"];
        if (image is not null && !_resources.Contains(image.Value.Trim()))
        {
            collector.Add(image, Kind, image == container ? path : $"{path}.image");
        }
    }
}
