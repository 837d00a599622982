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
        var containers = Items(pipeline.At("resources", "containers")).ToList();
        for (var i = 0; i < containers.Count; i++)
        {
            _resources.Add(containers[i].Text("container") ?? "");
            collector.Add(containers[i]["image"], Kind, $"resources.containers[{i}].image");
        }

        ReadJobs(pipeline, "");
    }

    // A list, and the lists of the template expressions in it: - ${{ if … }}: [ … ].
    private static IEnumerable<SourceNode> Items(SourceNode? list) => (list?.Items ?? []).SelectMany(item =>
        item.Entries.Exists(IsExpression) ? item.Entries.FindAll(IsExpression).SelectMany(entry => Items(entry.Value)) : [item]);

    private static bool IsExpression((SourceNode Key, SourceNode Value) entry) => TemplateMask.IsIn(entry.Key.Value);

    // A pipeline has stages, or jobs, or is one job; a template expression, ${{ if … }}, is a key with a list of them, or with keys of
    // one.
    private void ReadJobs(SourceNode level, string path)
    {
        if (!_read.Add(level))
        {
            return;
        }

        AddContainer(level["container"], $"{path}container");
        AddServices(level["services"], path);

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

            if (TemplateMask.IsIn(key.Value) && list.IsMapping)
            {
                ReadJobs(list, path);
            }
        }
    }

    private void AddServices(SourceNode? services, string path)
    {
        foreach (var (name, service) in services?.Entries ?? [])
        {
            if (TemplateMask.IsIn(name.Value))
            {
                AddServices(service, path);
            }
            else
            {
                AddContainer(service, $"{path}services.{name.Label}");
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
