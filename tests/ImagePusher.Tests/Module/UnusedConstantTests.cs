using System.Text.RegularExpressions;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Module;

/// <summary>Every constant of the sources is used by them, not by tests alone.</summary>
public sealed partial class UnusedConstantTests
{
    [Fact]
    public void Every_constant_is_used()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(Repository.Folder, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Split('/', '\\').Any(part => part is "bin" or "obj")).Select(File.ReadAllText).ToList();
        var words = sources.SelectMany(text => Word().Matches(Comment().Replace(text, "")).Select(match => match.Value))
            .CountBy(word => word).ToDictionary();
        var constants = sources.SelectMany(text => Constant().Matches(text).Select(match => match.Groups[1].Value)).ToList();
        Assert.True(constants.Count > 100);
        Assert.DoesNotContain(constants, name => words[name] == 1);
    }

    [GeneratedRegex(@"\bconst \w+ (\w+) =")]
    private static partial Regex Constant();

    [GeneratedRegex(@"(?m)^\s*//.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
