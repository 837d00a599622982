using Mono.Cecil;
using Mono.Cecil.Rocks;

namespace ImagePusher.Core.Tests.Architecture;

/// <summary>The dependencies in docs/architecture.md: the folders of Core that may use each other, read from the compiled code.</summary>
public sealed class DependencyTests
{
    private const string Root = "ImagePusher.Core";

    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Messages"] = [],
        ["Oci"] = [],
        ["Naming"] = ["Messages", "Oci"],
        ["Abstractions"] = ["Messages", "Naming", "Oci"],
        ["IO"] = ["Abstractions", "Messages", "Naming", "Oci"],
        ["Compression"] = ["Abstractions", "IO", "Messages", "Naming", "Oci"],
        ["Layout"] = ["Abstractions", "IO", "Messages", "Naming", "Oci"],
        ["State"] = ["Abstractions", "IO", "Messages", "Naming", "Oci"],
        ["Archives"] = ["Abstractions", "Compression", "IO", "Layout", "Messages", "Naming", "Oci"],
        ["Cache"] = ["Abstractions", "IO", "Layout", "Messages", "Naming", "Oci"],
        ["Registry"] = ["Abstractions", "IO", "Messages", "Naming", "Oci"],
        ["Sync"] = ["Abstractions", "IO", "Messages", "Naming", "Oci", "Registry", "Transfer", "Yaml"],
        ["Transfer"] = ["Abstractions", "Compression", "IO", "Messages", "Naming", "Oci"],
        ["Inspection"] = ["Abstractions", "Archives", "Cache", "Compression", "Endpoints", "IO", "Layout", "Messages", "Naming", "Oci",
            "Registry", "State", "Transfer"],
        ["Bundles"] = ["Abstractions", "Archives", "Cache", "IO", "Layout", "Messages", "Naming", "Oci", "Transfer"],
        ["Trust"] = ["Abstractions", "Compression", "IO", "Messages", "Naming", "Oci"],
        ["Yaml"] = ["Abstractions", "IO", "Messages", "Naming", "Oci"],
        ["Discovery"] = ["Abstractions", "IO", "Messages", "Naming", "Oci", "Yaml"],
        ["Engines"] = ["Abstractions", "Archives", "IO", "Layout", "Messages", "Naming", "Oci"],
        ["Endpoints"] = ["Abstractions", "Archives", "Cache", "IO", "Messages", "Naming", "Oci", "Registry", "State", "Transfer"],
    };

    [Fact]
    public void No_folder_has_a_forbidden_dependency()
    {
        using var assembly = AssemblyDefinition.ReadAssembly(typeof(ImagePusherException).Assembly.Location);
        var wrong = assembly.MainModule.GetAllTypes()
            .Where(type => FolderOf(type) is not null)
            .SelectMany(type => References.Of(type)
                .Select(used => (From: FolderOf(type)!, To: FolderOf(used), Type: type.FullName, Used: used.FullName)))
            .Where(arrow => arrow.To is not null && arrow.To != arrow.From && !Allowed[arrow.From].Contains(arrow.To))
            .Select(arrow => $"{arrow.Type} -> {arrow.Used}")
            .Distinct()
            .ToList();
        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_folder_has_its_permitted_dependencies()
    {
        using var assembly = AssemblyDefinition.ReadAssembly(typeof(ImagePusherException).Assembly.Location);
        var folders = assembly.MainModule.GetAllTypes().Select(FolderOf).OfType<string>().Distinct();
        Assert.Equal(Allowed.Keys.Order(), folders.Order());

        // Were nothing found here, nothing would be checked above.
        var copier = assembly.MainModule.GetType($"{Root}.Transfer.ImageCopier");
        Assert.Contains(copier.NestedTypes.Append(copier).SelectMany(References.Of), used => FolderOf(used) == "Abstractions");
    }

    [Fact]
    public void The_page_about_the_architecture_lists_what_is_permitted()
    {
        string[] common = ["Messages", "Oci", "Naming", "Abstractions", "IO"];
        var page = File.ReadAllText(Path.Combine(Docs.DocsFolder.Path, "architecture.md"));
        var rows = page.Split("| folder | may also use |")[1].Split("\n\n")[0].Split('\n').Where(line => line.Length > 0).Skip(1)
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries));
        var permitted = rows.SelectMany(row => Names(row[1]).Select(folder => (folder, used: string.Join(", ", Names(row[2]).Order()))));
        Assert.Equal(
            Allowed.Where(arrow => !common.Contains(arrow.Key))
                .Select(arrow => (arrow.Key, string.Join(", ", arrow.Value.Except(common).Order()))).Order(),
            permitted.Order());

        static string[] Names(string cell) => cell.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }

    [Fact]
    public void Core_does_not_depend_on_PowerShell_or_the_console()
    {
        using var assembly = AssemblyDefinition.ReadAssembly(typeof(ImagePusherException).Assembly.Location);
        Assert.DoesNotContain(assembly.MainModule.AssemblyReferences,
            reference => reference.Name is "System.Management.Automation" or "System.Console");
    }

    private static string? FolderOf(TypeReference type)
    {
        var outer = References.Outermost(type);
        return outer.StartsWith(Root + ".", StringComparison.Ordinal) && outer.LastIndexOf('.') > Root.Length
            ? outer[(Root.Length + 1)..].Split('.')[0]
            : null;
    }
}
