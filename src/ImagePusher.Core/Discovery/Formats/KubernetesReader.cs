using ImagePusher.Core.Discovery.Yaml;

namespace ImagePusher.Core.Discovery.Formats;

/// <summary>
/// Reads Kubernetes resources: the containers and image volumes of pods and of every kind that has a pod template where
/// Deployment, CronJob or PodTemplate have it, and lists of resources.
/// </summary>
internal sealed class KubernetesReader(ReferenceCollector collector)
{
    private const string Kind = ReferenceKinds.Kubernetes;

    private static readonly string[] Containers = ["initContainers", "containers", "ephemeralContainers"];

    private static readonly string[][] Templates =
        [["spec", "template", "spec"], ["spec", "jobTemplate", "spec", "template", "spec"], ["template", "spec"]];

    // Aliases may repeat a resource.
    private readonly HashSet<SourceNode> _read = [];

    /// <summary>Reads a resource.</summary>
    public void Read(SourceNode resource)
    {
        if (!_read.Add(resource))
        {
            return;
        }

        var own = resource.At("metadata", "name") is { IsScalar: true } scalar ? scalar.Label : null;
        var name = $"{resource["kind"]?.Label}/{(own is null || TemplateMask.IsIn(own) ? "?" : own)}";
        if (resource.Text("kind") == "Pod")
        {
            ReadPod(resource["spec"], $"{name}: spec");
        }

        foreach (var path in Templates)
        {
            ReadPod(resource.At(path), $"{name}: {string.Join('.', path)}");
        }

        resource["items"]?.Items.ForEach(Read);
    }

    private void ReadPod(SourceNode? pod, string path)
    {
        if (pod is null)
        {
            return;
        }

        foreach (var list in Containers)
        {
            ReadEach(pod[list], (container, index) => collector.Add(container["image"], Kind, $"{path}.{list}[{index}].image"));
        }

        ReadEach(pod["volumes"], (volume, index) =>
            collector.Add(volume.At("image", "reference"), Kind, $"{path}.volumes[{index}].image.reference"));
    }

    private static void ReadEach(SourceNode? list, Action<SourceNode, int> read)
    {
        for (var i = 0; i < list?.Items.Count; i++)
        {
            read(list.Items[i], i);
        }
    }
}
