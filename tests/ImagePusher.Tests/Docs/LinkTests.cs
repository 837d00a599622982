using System.Text.RegularExpressions;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Docs;

/// <summary>Every page that people read is complete: its links work, and the README leads to it.</summary>
public sealed partial class LinkTests
{
    private static readonly string Docs = Path.Combine(Repository.Folder, "docs");

    public static TheoryData<string> Pages =>
    [
        .. Directory.GetFiles(Repository.Folder, "*.md").Concat(Directory.GetFiles(Docs, "*.md", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Repository.Folder, path)).Order(StringComparer.Ordinal),
    ];

    [Theory, MemberData(nameof(Pages))]
    public void A_relative_link_leads_to_an_existing_file_and_heading(string page)
    {
        var path = Path.Combine(Repository.Folder, page);
        Assert.All(Targets(path), target =>
        {
            var (file, heading) = target.Split('#') is [var first, var second] ? (first, second) : (target, "");
            var full = file.Length == 0 ? path : Path.Combine(Path.GetDirectoryName(path)!, file);
            Assert.True(Path.Exists(full), $"{page}: {target} does not exist.");
            Assert.True(heading.Length == 0 || Headings(full).Contains(heading), $"{page}: {target} has no such heading.");
        });
    }

    [Fact]
    public void The_readme_links_to_every_page()
    {
        var reached = new HashSet<string>();
        var pending = new Stack<string>([Path.Combine(Repository.Folder, "README.md")]);
        while (pending.TryPop(out var page))
        {
            if (reached.Add(page) && page.EndsWith(".md", StringComparison.Ordinal))
            {
                foreach (var target in Targets(page).Select(target => target.Split('#')[0])
                    .Where(target => target.EndsWith(".md", StringComparison.Ordinal)))
                {
                    pending.Push(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, target)));
                }
            }
        }

        // Get-Help leads to the pages of these two folders.
        string[] help = [Path.Combine(Docs, "en-US"), Path.Combine(Docs, "about")];
        var pages = Directory.GetFiles(Docs, "*.md", SearchOption.AllDirectories)
            .Where(page => !help.Contains(Path.GetDirectoryName(page)));
        Assert.Empty(pages.Except(reached));
    }

    private static IEnumerable<string> Targets(string path) =>
        Link().Matches(WithoutCode(File.ReadAllText(path))).Select(link => link.Groups[1].Value)
        .Where(target => !target.Contains("://", StringComparison.Ordinal));

    private static IEnumerable<string> Headings(string path) => File.ReadLines(path).Where(line => line.StartsWith('#'))
        .Select(line => NotInAnchor().Replace(line.TrimStart('#', ' ').ToLowerInvariant(), "").Replace(' ', '-'));

    private static string WithoutCode(string text) => Fence().Replace(text, "");

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
