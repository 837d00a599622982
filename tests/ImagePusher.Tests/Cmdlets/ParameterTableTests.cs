using System.Management.Automation;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Cmdlets;

/// <summary>
/// The committed table of parameters and cmdlets, ParameterTable.txt, is what the module has. A parameter that several cmdlets
/// share has one entry: its type, aliases and pipeline binding are the same in all of them.
/// </summary>
public sealed class ParameterTableTests
{
    // These differ where they are optional or mandatory, positional or named, or where a cmdlet takes only one value.
    private static readonly string[] SeveralShapes =
    [
        "CachePath", "Credential", "Destination", "Digest", "Format", "Include", "LiteralPath", "Mirror", "Password", "Path", "Platform",
        "Reference", "Registry",
    ];

    private static readonly HashSet<string> Common =
        [.. Cmdlet.CommonParameters, .. Cmdlet.OptionalCommonParameters, "ProgressAction"];

    private static readonly string File = Path.Combine(Repository.Folder, "tests", "ImagePusher.Tests", "Cmdlets", "ParameterTable.txt");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_table_matches_the_module()
    {
        var actual = await TableAsync();
        var path = Path.Combine(AppContext.BaseDirectory, "ParameterTable.actual.txt");
        await System.IO.File.WriteAllTextAsync(path, actual, Token);
        Assert.True(actual == (await System.IO.File.ReadAllTextAsync(File, Token)).ReplaceLineEndings("\n"),
            $"The table differs from {path}.");
    }

    [Fact]
    public async Task A_shared_parameter_has_one_shape()
    {
        var names = (await TableAsync()).Split('\n').Where(line => line.Length > 0 && line[0] != ' ').Select(line => line.Split(' ')[0]);
        Assert.Equal(SeveralShapes,
            names.CountBy(name => name).Where(pair => pair.Value > 1).Select(pair => pair.Key).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Platform", "Save-ImageToCache Import-ImageTar Export-ImageTar Push-CachedImage Push-ImageTar Copy-RegistryImage")]
    [InlineData("NoClobber", "Save-ImageToCache Import-ImageTar Export-ImageTar Push-CachedImage Push-ImageTar Copy-RegistryImage")]
    [InlineData("Force", "Save-ImageToCache Import-ImageTar Export-ImageTar Push-CachedImage Push-ImageTar Copy-RegistryImage")]
    [InlineData("PlanOnly", "Save-ImageToCache Import-ImageTar Export-ImageTar Push-CachedImage Push-ImageTar Copy-RegistryImage")]
    [InlineData("CachePath",
        "Save-ImageToCache Import-ImageTar Export-ImageTar Push-CachedImage Get-CachedImage Test-CachedImage Repair-CachedImage "
            + "Remove-CachedImage Get-ImageCache Set-ImageCache Clear-ImageCache Optimize-ImageCache Start-LocalRegistry")]
    public async Task Siblings_have_the_same_parameters(string parameter, string cmdlets)
    {
        using var engine = new Engine();
        var having = await engine.OutputAsync(
            $"(Get-Command -Module ImagePusher -CommandType Cmdlet).Where({{ $_.Parameters.ContainsKey('{parameter}') }}).Name", Token);
        Assert.Subset(having.Select(name => name.ToString()).ToHashSet(), cmdlets.Split(' ').ToHashSet());
    }

    private static async Task<string> TableAsync()
    {
        using var engine = new Engine();
        var cmdlets = (await engine.OutputAsync("foreach ($cmdlet in Get-Command -Module ImagePusher -CommandType Cmdlet) { $cmdlet }",
            Token))
            .Select(cmdlet => (CmdletInfo)cmdlet.BaseObject);
        var rows = cmdlets
            .SelectMany(cmdlet => cmdlet.Parameters.Values.Where(parameter => !Common.Contains(parameter.Name))
                .Select(parameter => (cmdlet.Name, Shape: Shape(parameter))))
            .GroupBy(pair => pair.Shape, pair => pair.Name)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => $"{group.Key}\n"
                + $"{string.Concat(group.Order(StringComparer.Ordinal).Chunk(5).Select(names => $"    {string.Join(' ', names)}\n"))}");
        return string.Concat(rows);
    }

    private static string Shape(ParameterMetadata parameter)
    {
        var sets = parameter.ParameterSets.Values;
        string[] notes =
        [
            TypeText(parameter.ParameterType),
            .. parameter.Aliases.Count > 0 ? [$"aliases {string.Join('/', parameter.Aliases)}"] : Array.Empty<string>(),
            .. sets.Any(set => set.IsMandatory) ? ["mandatory"] : Array.Empty<string>(),
            .. sets.Any(set => set.Position >= 0) ? [$"position {sets.Max(set => set.Position)}"] : Array.Empty<string>(),
            .. sets.Any(set => set.ValueFromPipeline) ? ["by value"] : Array.Empty<string>(),
            .. sets.Any(set => set.ValueFromPipelineByPropertyName) ? ["by property name"] : Array.Empty<string>(),
            .. parameter.Attributes.OfType<ParameterAttribute>().Any(attribute => attribute.DontShow) ? ["hidden"] : Array.Empty<string>(),
        ];
        return $"{parameter.Name} ({string.Join(", ", notes)})";
    }

    // PowerShell finds a type of the module by its name only in some load contexts.
    private static string TypeText(Type type) => type.FullName!.StartsWith("ImagePusher.", StringComparison.Ordinal)
        ? $"[{type.FullName}]"
        : LanguagePrimitives.ConvertTypeNameToPSTypeName(type.FullName);
}
