using ImagePusher.Core.Discovery.Yaml;

namespace ImagePusher.Core.Discovery.Formats;

/// <summary>
/// Reads workflows and actions of GitHub: container jobs, services, and <c>docker://</c> in steps and in Docker actions.
/// </summary>
internal sealed class GitHubReader(ReferenceCollector collector)
{
    private const string Kind = ReferenceKinds.GitHubActions;
    private const string Docker = "docker://";

    /// <summary>Reads a workflow or an action.</summary>
    public void Read(SourceNode file)
    {
        foreach (var (name, job) in file["jobs"]?.Entries ?? [])
        {
            var path = $"jobs.{name.Label}";
            AddContainer(job["container"], $"{path}.container");
            foreach (var (service, container) in job["services"]?.Entries ?? [])
            {
                AddContainer(container, $"{path}.services.{service.Label}");
            }

            ReadSteps(job["steps"], path);
        }

        collector.AddAfter(Docker, file.At("runs", "image"), Kind, "runs.image");
        ReadSteps(file.At("runs", "steps"), "runs");
    }

    private void AddContainer(SourceNode? container, string path)
    {
        // container: node:20 and container: { image: node:20 } mean the same, and either may begin with docker://.
        var isText = container is { IsScalar: true };
        var (image, why) = (isText ? container : container?["image"], isText ? path : $"{path}.image");
        if (image?.Value.TrimStart().StartsWith(Docker, StringComparison.OrdinalIgnoreCase) == true)
        {
            collector.AddAfter(Docker, image, Kind, why);
        }
        else
        {
            collector.Add(image, Kind, why);
        }
    }

    private void ReadSteps(SourceNode? steps, string path)
    {
        for (var i = 0; i < steps?.Items.Count; i++)
        {
            collector.AddAfter(Docker, steps.Items[i]["uses"], Kind, $"{path}.steps[{i}].uses");
        }
    }
}
