using YamlDotNet.RepresentationModel;

namespace ImagePusher.Tests.Examples;

/// <summary>A step of a workflow that runs in pwsh: of GitHub Actions, Azure Pipelines or a Kubernetes container.</summary>
internal sealed record WorkflowStep(string Script, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>The steps of an example.</summary>
    public static IReadOnlyList<WorkflowStep> ReadAll(string workflow) => Of(Mappings(workflow));

    /// <summary>The steps of a piece of YAML.</summary>
    public static IReadOnlyList<WorkflowStep> Parse(string yaml) => Of(Mappings(new StringReader(yaml)));

    /// <summary>Every mapping of an example, at any depth.</summary>
    public static IEnumerable<YamlMappingNode> Mappings(string workflow)
    {
        using var text = File.OpenText(ExampleFolder.PathOf(workflow));
        return Mappings(text);
    }

    /// <summary>The text at a path of keys; null if something on it is missing or no text.</summary>
    public static string? Text(YamlNode node, params IEnumerable<string> keys)
    {
        foreach (var key in keys)
        {
            if (node is not YamlMappingNode mapping || !mapping.Children.TryGetValue(key, out var next))
            {
                return null;
            }

            node = next;
        }

        return (node as YamlScalarNode)?.Value;
    }

    private static IReadOnlyList<WorkflowStep> Of(IEnumerable<YamlMappingNode> mappings) =>
        [.. mappings.Select(Read).OfType<WorkflowStep>()];

    private static IEnumerable<YamlMappingNode> Mappings(TextReader text)
    {
        var yaml = new YamlStream();
        yaml.Load(text);
        return yaml.Documents.SelectMany(document => document.AllNodes).OfType<YamlMappingNode>();
    }

    private static WorkflowStep? Read(YamlMappingNode node)
    {
        var script = Text(node, "shell") == "pwsh" ? Text(node, "run")
            : Text(node, "inputs", "pwsh") == "true" ? Text(node, "inputs", "Inline")
            : Text(node, "pwsh") ?? Container(node);
        var environment = node.Children.TryGetValue("env", out var env) && env is YamlMappingNode variables
            ? variables.Children.ToDictionary(pair => pair.Key.ToString(), pair => pair.Value.ToString())
            : [];
        return script is null || script == "true" ? null : new WorkflowStep(script, environment);
    }

    private static string? Container(YamlMappingNode node) =>
        node.Children.TryGetValue("command", out var command) && command is YamlSequenceNode words && words.Children[0].ToString() == "pwsh"
            ? string.Join(' ', ((YamlSequenceNode)node.Children["args"]).Children)
            : null;
}
