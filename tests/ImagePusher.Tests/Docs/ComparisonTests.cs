using System.Text.RegularExpressions;
using ImagePusher.Tests.Module;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Docs;

/// <summary>Every claim of docs/comparison.md and docs/security.md has existing evidence.</summary>
public sealed partial class ComparisonTests
{
    private const int Columns = 11;

    /// <summary>The statements of the page about this project, by the id of the row.</summary>
    private static readonly Dictionary<string, string> Claims = Rows("comparison.md").ToDictionary(row => row[0].Trim('`'), row => row[2]);

    /// <summary>The names of tests, cmdlets and files, by the id of the claim.</summary>
    private static readonly Dictionary<string, string[]> Evidence =
        Rows("evidence.md").ToDictionary(row => row[0].Trim('`'), row => Names(row[1]));

    [Fact]
    public void Every_row_has_every_tool_and_an_entry_in_the_evidence()
    {
        Assert.NotEmpty(Claims);
        Assert.Equal(Claims.Keys, Evidence.Keys);
        Assert.All(Rows("comparison.md"), row => Assert.Equal(Columns, row.Length));
        Assert.DoesNotContain("", Claims.Values);
    }

    [Fact]
    public void A_claim_has_evidence_and_a_refusal_has_none()
    {
        foreach (var (id, claim) in Claims)
        {
            var isClaimed = claim != "n" && !claim.StartsWith("`?`", StringComparison.Ordinal);
            Assert.True(isClaimed == Evidence[id].Length > 0, $"{id}: {claim}");
        }
    }

    [Fact]
    public void The_evidence_exists()
    {
        var cmdlets = ModuleAssemblies.CmdletNames();
        Assert.DoesNotContain(Evidence.Values.SelectMany(names => names).Distinct(),
            name => !cmdlets.Contains(name) && !IsFile(name) && !IsTest(name));
    }

    [Fact]
    public void The_claims_of_the_air_gap_comparison_have_existing_evidence()
    {
        var cmdlets = ModuleAssemblies.CmdletNames();
        var rows = File.ReadAllText(Page("comparison.md")).Split("## Air-gap and mirroring tools")[1].Split("\n## ")[0].Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(2).Select(line => line.Split('|')[1..^1]).ToList();
        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.Equal(row[1].Trim() != "n", Names(row[2]).Length > 0));
        Assert.DoesNotContain(rows.SelectMany(row => Names(row[2])), name => !cmdlets.Contains(name) && !IsFile(name) && !IsTest(name));
    }

    [Fact]
    public void Every_guarantee_of_the_security_page_lists_existing_tests()
    {
        var guarantees = File.ReadAllText(Page("security.md")).Split("## Guarantees")[1].Split("\n## ")[0].Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| guarantee", StringComparison.Ordinal)
                && !line.StartsWith("| ---", StringComparison.Ordinal))
            .Select(line => line.Split('|')).ToList();
        Assert.NotEmpty(guarantees);
        Assert.All(guarantees, guarantee => Assert.NotEmpty(Names(guarantee[2])));
        Assert.DoesNotContain(guarantees.SelectMany(guarantee => Names(guarantee[2])).Distinct(), name => !IsTest(name));
    }

    [Fact]
    public void Every_test_that_a_page_names_exists()
    {
        var pages = Directory.EnumerateFiles(Page(""), "*.md", SearchOption.AllDirectories)
            .Append(Path.Combine(Repository.Folder, "CONTRIBUTING.md"))
            .Where(page => !page.Contains("decisions", StringComparison.Ordinal));
        var names = pages.SelectMany(page => NamedTest().Matches(File.ReadAllText(page)).Select(name => name.Value)).Distinct().ToList();
        Assert.NotEmpty(names);
        Assert.DoesNotContain(names, name => !IsTest(name));
    }

    private static IEnumerable<string[]> Rows(string page) => File.ReadLines(Page(page)).Where(line => Row().IsMatch(line))
        .Select(line => line.Split('|')[1..^1].Select(cell => cell.Trim()).ToArray());

    private static string[] Names(string text) => [.. Name().Matches(text).Select(name => name.Groups[1].Value)];

    private static string Page(string name) => Path.Combine(Repository.Folder, "docs", name);

    private static bool IsFile(string name) =>
        name.Contains('/', StringComparison.Ordinal) && File.Exists(Path.Combine(Repository.Folder, name));

    /// <summary>True for a test class, and for a test as Class.Method.</summary>
    private static bool IsTest(string name)
    {
        var (type, method) = name.Split('.') is [var first, var second] ? (first, second) : (name, @"\w+");
        return !name.Contains('/', StringComparison.Ordinal)
            && Directory.EnumerateFiles(Path.Combine(Repository.Folder, "tests"), $"{type}.cs", SearchOption.AllDirectories)
                .SelectMany(file => File.ReadAllText(file).ReplaceLineEndings("\n").Split("\n\n"))
                .Any(member => Regex.IsMatch(member, @"(?m)^    \[(Fact|Theory)")
                    && Regex.IsMatch(member, $@"(?m)^    \w[\w<>? ]* {method}\("));
    }

    [GeneratedRegex(@"^\| `[a-z0-9-]+` \| ")]
    private static partial Regex Row();

    [GeneratedRegex(@"\b[A-Z]\w+Tests\b(\.[A-Za-z]\w*_\w+)?")]
    private static partial Regex NamedTest();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Name();
}
