using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Docs;

/// <summary>docs/architecture.md lists the folders of the source.</summary>
public sealed class ArchitecturePageTests
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
}
