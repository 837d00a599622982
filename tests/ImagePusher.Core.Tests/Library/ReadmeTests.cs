using System.Text.RegularExpressions;

namespace ImagePusher.Core.Tests.Library;

/// <summary>The samples of the package's README are code that compiles, and its first three lines run.</summary>
public sealed partial class ReadmeTests : LibraryTest
{
    private static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    [Fact]
    public void Every_sample_of_the_README_is_compiled_code()
    {
        var readme = Block().Matches(File.ReadAllText(Path.Combine(Root, "src/ImagePusher.Core/README.md")))
            .Select(match => Normal(match.Groups[1].Value));
        var code = Sample().Matches(File.ReadAllText(Path.Combine(Root, "tests/ImagePusher.Core.Tests/Library/ReadmeSamples.cs")))
            .Select(match => Normal(match.Groups[1].Value));
        Assert.Equal(code, readme);
        Assert.Equal(11, readme.Count());
    }

    [Fact]
    public async Task The_first_sample_runs_in_three_lines()
    {
        await ImageTransfer.CopyAsync(ImageEndpoint.Archive(DockerArchive("app.tar", "alpine:3.22")), ImageEndpoint.Registry(Registry),
            null, Token);

        var source = ImageEndpoint.Parse($"{Registry}/alpine:3.22");
        var target = ImageEndpoint.Parse(Folder["alpine.tar"]);
        await ImageTransfer.CopyAsync(source, target, cancellationToken: Token);

        Assert.True(File.Exists(Folder["alpine.tar"]));
    }

    private static string Normal(string code) => string.Join('\n', code.Trim().Split('\n').Select(line => line.Trim()));

    private static string FindRoot(string folder) =>
        File.Exists(Path.Combine(folder, "ImagePusher.sln")) ? folder : FindRoot(Path.GetDirectoryName(folder.TrimEnd('/', '\\'))!);

    [GeneratedRegex("```csharp\r?\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("//// sample\r?\n(.*?)//// end", RegexOptions.Singleline)]
    private static partial Regex Sample();
}
