using System.Text.RegularExpressions;
using ImagePusher.Tests.Module;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Docs;

/// <summary>docs/comparison.md claims nothing for this project that a test, a cmdlet or a file does not show.</summary>
public sealed partial class ComparisonTests
{
    private const int Columns = 11;

    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Repository.Folder, "docs", "comparison.md"));

    /// <summary>What this project says of each row.</summary>
    private static readonly Dictionary<int, string> Claims = Lines.Select(line => Row().Match(line)).Where(row => row.Success)
        .ToDictionary(row => int.Parse(row.Groups[1].Value, null), row => row.Value.Split('|')[3].Trim());

    /// <summary>What shows it, by the row's number.</summary>
    private static readonly Dictionary<int, string[]> Shown = Lines.Select(line => Item().Match(line)).Where(item => item.Success)
        .ToDictionary(item => int.Parse(item.Groups[1].Value, null), item => Name().Matches(item.Groups[2].Value).Select(name => name.Groups[1].Value).ToArray());

    [Fact]
    public void Every_row_has_every_tool_and_an_item_of_the_list_below_it()
    {
        Assert.Equal(Enumerable.Range(1, 72), Claims.Keys);
        Assert.Equal(Claims.Keys, Shown.Keys);
        Assert.All(Lines.Where(line => Row().IsMatch(line)), line => Assert.Equal(Columns + 2, line.Split('|').Length));
        Assert.DoesNotContain("", Claims.Values);
    }

    [Fact]
    public void Every_claim_is_shown_by_something_and_what_is_not_there_by_nothing_but_its_refusal()
    {
        foreach (var (row, claim) in Claims)
        {
            var isClaimed = claim != "n" && !claim.StartsWith("`?`", StringComparison.Ordinal);
            Assert.True(isClaimed == Shown[row].Length > 0, $"Row {row}: {claim}");
        }
    }

    [Fact]
    public void What_shows_a_claim_is_there()
    {
        var cmdlets = ModuleAssemblies.CmdletNames();
        var missing = Shown.Values.SelectMany(names => names).Distinct().Where(name => !(
            cmdlets.Contains(name) || (name.Contains('/', StringComparison.Ordinal) ? File.Exists(Path.Combine(Repository.Folder, name)) : IsTest(name))));
        Assert.Empty(missing);
    }

    private static bool IsTest(string name)
    {
        var (type, method) = name.Split('.') is [var first, var second] ? (first, second) : ("", "");
        return Directory.EnumerateFiles(Path.Combine(Repository.Folder, "tests"), $"{type}.cs", SearchOption.AllDirectories)
            .Any(file => Regex.IsMatch(File.ReadAllText(file), $@"\[(Fact|Theory)[^\n]*\n(\s+\[[^\n]*\n)*\s+\w[\w ]* {Regex.Escape(method)}\("));
    }

    [GeneratedRegex(@"^\| (\d+) \|.*")]
    private static partial Regex Row();

    [GeneratedRegex(@"^(\d+)\. (.*)")]
    private static partial Regex Item();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Name();
}
