using ImagePusher.Core.Discovery.Dockerfiles;
using ImagePusher.Core.Discovery.Yaml;

namespace ImagePusher.Core.Discovery.Formats;

/// <summary>
/// Reads compose files: the images of services, of image volumes, of additional build contexts and of Dockerfiles within the file. The
/// image of a service that is built here is what the build is called, not one that is pulled.
/// </summary>
/// <remarks>compose-spec, 05-services.md and build.md.</remarks>
/// <param name="collector">Receives the references.</param>
/// <param name="variables">The variables, such as those of <c>.env</c>.</param>
internal sealed class ComposeReader(ReferenceCollector collector, IReadOnlyDictionary<string, string> variables)
{
    private const string Kind = ReferenceKinds.Compose;
    private const string ImageContext = "docker-image://";

    private readonly VariableValues _values = new(variables, escape: '$');

    /// <summary>Reads a compose file.</summary>
    public void Read(SourceNode file)
    {
        foreach (var (name, service) in file["services"]?.Entries ?? [])
        {
            var path = $"services.{name.Label}";
            if (service["build"] is not { } build)
            {
                collector.Add(service["image"], Kind, $"{path}.image", _values);
            }
            else
            {
                ReadContexts(build["additional_contexts"], $"{path}.build.additional_contexts");
                ReadDockerfile(build["dockerfile_inline"], $"{path}.build.dockerfile_inline");
            }

            ReadVolumes(service["volumes"], path);
        }
    }

    private void ReadVolumes(SourceNode? volumes, string path)
    {
        for (var i = 0; i < volumes?.Items.Count; i++)
        {
            if (volumes.Items[i].Text("type") == "image")
            {
                collector.Add(volumes.Items[i]["source"], Kind, $"{path}.volumes[{i}].source", _values);
            }
        }
    }

    private void ReadDockerfile(SourceNode? text, string path)
    {
        if (text is { IsLiteral: true })
        {
            new DockerfileReader(collector, text, $"{path}: ", variables).Read();
        }
    }

    private void ReadContexts(SourceNode? contexts, string path)
    {
        foreach (var (name, context) in contexts?.Entries ?? [])
        {
            collector.AddAfter(ImageContext, context, Kind, $"{path}.{name.Label}", _values);
        }

        // The same as a list, of NAME=docker-image://IMAGE.
        for (var i = 0; i < contexts?.Items.Count; i++)
        {
            var name = contexts.Items[i].Value.TrimStart().Split('=')[0];
            collector.AddAfter($"{name}={ImageContext}", contexts.Items[i], Kind, $"{path}[{i}]", _values);
        }
    }
}
