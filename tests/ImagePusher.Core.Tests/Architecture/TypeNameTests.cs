using System.Text.RegularExpressions;
using ImagePusher.Core.Tests.Docs;

namespace ImagePusher.Core.Tests.Architecture;

/// <summary>Names of types are easy to distinguish: no two names of the sources differ by one letter.</summary>
public sealed partial class TypeNameTests
{
    [Fact]
    public void No_two_names_differ_by_one_letter()
    {
        var sources = Path.Combine(DocsFolder.Path, "..", "src");
        var names = Directory.EnumerateFiles(sources, "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Split('/', '\\').Any(part => part is "obj" or "bin"))
            .SelectMany(path => Declared().Matches(File.ReadAllText(path)).Select(match => match.Groups[1].Value)).Distinct().ToList();
        Assert.True(names.Count > 700);
        var close =
            from one in names
            from other in names
            where string.CompareOrdinal(one, other) < 0 && IsClose(one, other) && !IsPair(one, other)
            select $"{one} and {other}";
        Assert.Empty(close);
    }

    [Theory]
    [InlineData("BlobState", "BlobStates", true)]
    [InlineData("SyncItem", "SyncItems", true)]
    [InlineData("DripFault", "DropFault", true)]
    [InlineData("Platform", "PlatformParser", false)]
    public void A_letter_more_or_another_letter_is_close(string one, string other, bool isClose) =>
        Assert.Equal(isClose, IsClose(one, other));

    private static bool IsClose(string one, string other)
    {
        var (shorter, longer) = one.Length <= other.Length ? (one, other) : (other, one);
        var start = 0;
        while (start < shorter.Length && shorter[start] == longer[start])
        {
            start++;
        }

        var rest = longer[Math.Min(start + 1, longer.Length)..];
        return longer.Length == shorter.Length
            ? shorter[Math.Min(start + 1, shorter.Length)..] == rest
            : longer.Length == shorter.Length + 1 && shorter[start..] == rest;
    }

    // An interface and what implements it, and the cmdlets that get and set one thing.
    private static bool IsPair(string one, string other) =>
        one == "I" + other || other == "I" + one || (one.EndsWith("Command", StringComparison.Ordinal) && one[1..] == other[1..]);

    [GeneratedRegex(@"(?m)^\s*(?:(?:public|internal|private|protected|sealed|static|abstract|partial|readonly|file|ref|unsafe)\s+)*"
        + @"(?:record\s+struct|class|struct|record|interface|enum)\s+([A-Z]\w+)")]
    private static partial Regex Declared();
}
