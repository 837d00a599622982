using System.Xml.Linq;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Help;

/// <summary>A command of the MAML file of the module, which Get-Help reads.</summary>
internal sealed class MamlCommand
{
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    private readonly XElement _command;

    private MamlCommand(XElement command) => _command = command;

    /// <summary>All commands, in the order of the file.</summary>
    public static IReadOnlyList<MamlCommand> All { get; } =
        [.. XDocument.Load(Path.Combine(Repository.ModuleFolder, "en-US", "ImagePusher.dll-Help.xml")).Descendants(Command + "command")
            .Select(command => new MamlCommand(command))];

    public string Name => Details(Command + "name").Value;

    public string Verb => Details(Command + "verb").Value;

    public string Noun => Details(Command + "noun").Value;

    public string Synopsis => Text(Details(Maml + "description"));

    public string Description => Text(_command.Element(Maml + "description"));

    public string Notes => Text(_command.Element(Maml + "alertSet"));

    public IReadOnlyList<string> Links => [.. _command.Descendants(Maml + "linkText").Select(link => link.Value)];

    public IReadOnlyList<PageExample> Examples => [.. _command.Descendants(Command + "example").Select(example => new PageExample(
        example.Element(Maml + "title")!.Value.Trim('-', ' '), example.Element(Dev + "code")!.Value,
        Text(example.Element(Dev + "remarks"))))];

    public IReadOnlyList<MarkdownSection> Inputs => Types("inputType");

    public IReadOnlyList<MarkdownSection> Outputs => Types("returnValue");

    /// <summary>The parameters with everything that Get-Help shows about them.</summary>
    public IReadOnlyList<MamlParameter> Parameters => [.. _command.Element(Command + "parameters")!.Elements().Select(Parameter)];

    /// <summary>For each parameter set its parameters in the order of the syntax.</summary>
    public IReadOnlyList<IReadOnlyList<MamlParameter>> Sets =>
        [.. _command.Descendants(Command + "syntaxItem").Select(set => set.Elements(Command + "parameter").Select(Parameter).ToList())];

    private static MamlParameter Parameter(XElement parameter) => new()
    {
        Name = parameter.Element(Maml + "name")!.Value,
        Description = Text(parameter.Element(Maml + "description")),
        Type = parameter.Element(Dev + "type")!.Value,
        DefaultValue = parameter.Element(Dev + "defaultValue")?.Value ?? "",
        Aliases = (string)parameter.Attribute("aliases")!,
        IsRequired = (bool)parameter.Attribute("required")!,
        SupportsWildcards = (bool)parameter.Attribute("globbing")!,
        PipelineInput = (string)parameter.Attribute("pipelineInput")!,
        Position = (string)parameter.Attribute("position")!,
    };

    private IReadOnlyList<MarkdownSection> Types(string element) =>
        [.. _command.Descendants(Command + element)
            .Select(type => new MarkdownSection(type.Element(Dev + "type")!.Value, Text(type.Element(Maml + "description"))))];

    private XElement Details(XName element) => _command.Element(Command + "details")!.Element(element)!;

    private static string Text(XElement? element) =>
        string.Join("\n\n", element?.Descendants(Maml + "para").Select(para => para.Value) ?? []).Trim();
}
