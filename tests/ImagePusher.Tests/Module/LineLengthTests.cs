using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Module;

/// <summary>Source lines have at most 140 characters. Folders that are not listed are not wrapped yet.</summary>
public sealed class LineLengthTests
{
    private const int Limit = 140;

    private static readonly string[] Kinds = [".cs", ".ps1", ".psm1", ".psd1"];

    public static TheoryData<string> Sources =>
    [
        "build.ps1", "ImagePusher.psd1", "src/Packaging.ps1", "src/ImagePusher/module", "tests/Help", "tests/Pester", "tests/Scenarios",
        "tests/Windows", "tests/ImagePusher.Benchmarks", "tests/ImagePusher.Tests/Module", "tests/ImagePusher.Tests/Pwsh", "docs/examples",
        "docs/Update-Help.ps1", "docs/Update-HelpExample.ps1",
    ];

    [Theory, MemberData(nameof(Sources))]
    public void No_line_is_too_long(string source)
    {
        var path = Path.Combine(Repository.Folder, source);
        string[] files = Directory.Exists(path) ? Directory.GetFiles(path, "*", SearchOption.AllDirectories) : [path];
        var sources = files.Where(file => Kinds.Contains(Path.GetExtension(file)) && !IsBuilt(file)).ToList();
        Assert.NotEmpty(sources);
        Assert.All(sources, file => Assert.All(File.ReadLines(file), line => Assert.InRange(line.Length, 0, Limit)));
    }

    private static bool IsBuilt(string file) =>
        file.Split(Path.DirectorySeparatorChar).Any(folder => folder is "obj" or "bin");
}
