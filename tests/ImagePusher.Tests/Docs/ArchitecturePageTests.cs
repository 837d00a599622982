using System.Text.RegularExpressions;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Docs;

/// <summary>docs/architecture.md lists the folders of the source, and the names in it exist.</summary>
public sealed partial class ArchitecturePageTests
{
    [Theory]
    [InlineData("ImagePusher.Core")]
    [InlineData("ImagePusher.LocalRegistry")]
    [InlineData("ImagePusher")]
    public void Every_folder_is_listed(string project)
    {
        var page = File.ReadAllText(Path.Combine(Repository.Folder, "docs", "architecture.md"));
        var list = page.Split($"src/{project}/")[1].Split("\nsrc/")[0].Split("```")[0];
        var folders = Directory.GetDirectories(Path.Combine(Repository.Folder, "src", project)).Select(folder => Path.GetFileName(folder)!)
            .Except(["bin", "obj"]);
        Assert.All(folders, folder => Assert.Contains($"{folder}/", list, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("## The path of one byte")]
    [InlineData("## The path of one error")]
    [InlineData("## The message pump")]
    public void Every_type_and_method_of_a_path_exists(string section)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Folder, "docs", "architecture.md")).Split(section)[1].Split("\n## ")[0];
        var named = Name().Matches(text).Select(match => match.Groups[1].Value).Distinct().ToList();
        var source = string.Join('\n', Directory.EnumerateFiles(Path.Combine(Repository.Folder, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Split('/', '\\').Any(part => part is "bin" or "obj")).Select(File.ReadAllText));
        Assert.InRange(named.Count, 3, 30);
        Assert.All(named, name => Assert.Matches($@"\b(class|record|struct|interface|enum) {name}(Exception)?\b|\b{name}\(", source));
    }

    [GeneratedRegex("`([A-Z][a-z]+(?:[A-Z][a-z]+)+)`")]
    private static partial Regex Name();
}
