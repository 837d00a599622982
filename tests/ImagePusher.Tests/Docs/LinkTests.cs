using System.Text.RegularExpressions;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Docs;

/// <summary>The pages that people read.</summary>
public sealed partial class LinkTests
{
    public static TheoryData<string> Pages =>
    [
        .. Directory.GetFiles(Repository.Folder, "*.md").Concat(Directory.GetFiles(Path.Combine(Repository.Folder, "docs"), "*.md", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Repository.Folder, path)).Order(StringComparer.Ordinal),
    ];

    [Theory, MemberData(nameof(Pages))]
    public void A_link_leads_to_a_file_that_is_there(string page)
    {
        var path = Path.Combine(Repository.Folder, page);
        var targets = Link().Matches(File.ReadAllText(path)).Select(link => link.Groups[1].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith('#'));
        Assert.All(targets, target => Assert.True(Path.Exists(Path.Combine(Path.GetDirectoryName(path)!, target.Split('#')[0])), target));
    }

    [Fact]
    public void The_readme_leads_to_every_page_of_docs()
    {
        var links = Link().Matches(File.ReadAllText(Path.Combine(Repository.Folder, "README.md"))).Select(link => link.Groups[1].Value).ToHashSet();
        var pages = Directory.GetFiles(Path.Combine(Repository.Folder, "docs"), "*.md").Select(file => "docs/" + Path.GetFileName(file)).ToHashSet();
        Assert.Subset(links, pages);
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
