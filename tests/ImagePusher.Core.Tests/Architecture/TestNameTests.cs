using System.Text.RegularExpressions;

namespace ImagePusher.Core.Tests.Architecture;

/// <summary>Tests are found by their names, and those with a long form in a list.</summary>
public sealed partial class TestNameTests
{
    private static readonly IReadOnlyList<(string Path, string[] Lines)> Files = Sources.Of("tests");

    [Fact]
    public void No_two_classes_of_tests_have_the_same_name() => Assert.Empty(
        Files.SelectMany(ClassesOf).GroupBy(name => name, StringComparer.Ordinal).Where(group => group.Count() > 1)
            .Select(group => group.Key));

    [Fact]
    public void A_class_of_tests_is_in_the_file_of_its_name() => Assert.Empty(
        Files.Where(file => ClassesOf(file).Any(name => name != Path.GetFileNameWithoutExtension(file.Path))).Select(file => file.Path));

    [Fact]
    public void Every_test_with_a_long_form_is_listed_in_CONTRIBUTING()
    {
        const string Condition = "ExternalTools" + ".LongForm";
        var page = File.ReadAllText(Path.Combine(Sources.Root, "CONTRIBUTING.md"));
        var listed = ListedClass().Matches(page).Select(match => match.Groups[1].Value);
        var existing = Files.Where(file => file.Lines.Any(line => line.Contains(Condition, StringComparison.Ordinal)))
            .SelectMany(ClassesOf);
        Assert.Equal(existing.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> ClassesOf((string Path, string[] Lines) file) =>
        file.Lines.Select(line => TestClass().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"^public (?:sealed |partial )*class (\w+Tests)\b")]
    private static partial Regex TestClass();

    [GeneratedRegex(@"(?m)^\| `(\w+Tests)` \|")]
    private static partial Regex ListedClass();
}
