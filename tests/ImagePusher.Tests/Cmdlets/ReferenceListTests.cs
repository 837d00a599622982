using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Cmdlets;

/// <summary>Lists of references from files: white space, blank lines, comments, byte order marks, and pasted prefixes.</summary>
public sealed class ReferenceListTests(RegistryFixture registries) : IClassFixture<RegistryFixture>, IDisposable
{
    private const string List =
        "\"`u{feff}$registry/app:1\", '', \"  $registry/app:1`t\", '# comment', '   ', \"`t# comment`r\", \"$registry/app:1`r\"";

    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Get-RegistryManifest")]
    [InlineData("Save-ImageToCache")]
    [InlineData("Copy-RegistryImage -Destination $registry/copy/")]
    [InlineData("Get-CachedImage")]
    [InlineData("Push-CachedImage -Destination $registry/copy/")]
    [InlineData("Test-CachedImage")]
    public async Task Blank_lines_and_comments_of_a_list_are_skipped_with_one_verbose_line(string cmdlet)
    {
        using var engine = await NewEngineAsync();
        var outcome = (await engine.RunAsync($"{List} | {cmdlet} -Verbose", Token)).WithoutErrors();
        Assert.Equal(3, outcome.Output.Count);
        Assert.Single(outcome.Verbose, "Skipped 4 blank lines and comments.");
    }

    [Theory]
    [InlineData("$registry/app:1   # the web server")]
    [InlineData("`t$registry/app:1`t#db`n#`n")]
    [InlineData("`u{200b}$registry/app:1`u{00a0}")]
    public async Task Comments_after_references_several_lines_and_invisible_characters_are_accepted(string text)
    {
        using var engine = await NewEngineAsync();
        Assert.Single((await engine.RunAsync($"\"{text}\" | Get-RegistryManifest", Token)).WithoutErrors().Output);
    }

    // Get-Content adds the path of the list to each line as PSPath, the property that binds archives from Get-ChildItem.
    [Theory]
    [InlineData("Get-ImageConfig")]
    [InlineData("Get-ImageFile -Include app")]
    [InlineData("Test-ImageSignature -Policy $policy -Quiet")]
    [InlineData("Save-ImageFile -Path $out -Format Tar -Force")]
    public async Task The_lines_of_a_file_are_references_and_not_its_path(string cmdlet)
    {
        using var engine = await NewEngineAsync();
        engine["list"] = _images.Write("images.txt",
            System.Text.Encoding.UTF8.GetBytes("# images\r\n" + engine["registry"] + "/app:1\r\n"));
        engine["policy"] = _images.Write("policy.json", """{"default":[{"type":"insecureAcceptAnything"}]}"""u8.ToArray());
        engine["out"] = _images.Write("out", []);
        Assert.Single((await engine.RunAsync($"Get-Content $list | {cmdlet}", Token)).WithoutErrors().Output);
        Assert.Single((await engine.RunAsync($"Get-Item $tar | {cmdlet}", Token)).WithoutErrors().Output);
    }

    [Theory]
    [InlineData("Get-RegistryManifest")]
    [InlineData("Copy-RegistryImage -Destination localhost:1")]
    [InlineData("Resolve-ImageDigest")]
    public async Task A_digest_without_a_repository_is_rejected_before_any_request(string cmdlet)
    {
        using var engine = new Engine();
        (await engine.RunAsync($"'sha256:{new string('a', 64)}' | {cmdlet}", Token)).SingleError().Is("InvalidReference",
            "digest without a repository");
    }

    [Fact]
    public async Task The_prefix_docker_is_accepted_with_a_warning()
    {
        using var engine = await NewEngineAsync();
        var outcome = (await engine.RunAsync("Get-RegistryManifest docker://$registry/app:1", Token)).WithoutErrors();
        Assert.Single(outcome.Output);
        Assert.Contains("docker://", Assert.Single(outcome.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("''")]
    [InlineData("'  '")]
    [InlineData("'# comment'")]
    public async Task An_argument_that_is_blank_is_an_error(string argument)
    {
        using var engine = await NewEngineAsync();
        foreach (var cmdlet in new[] { "Get-RegistryManifest", "Save-ImageToCache",
            "Push-CachedImage -Destination localhost:1 -Reference" })
        {
            (await engine.RunAsync($"{cmdlet} {argument}", Token)).SingleError().Is("InvalidReference");
        }
    }

    public void Dispose() => _images.Dispose();

    private async Task<Engine> NewEngineAsync()
    {
        var registry = await registries.OpenAsync(Token);
        var engine = new Engine { ["registry"] = registry.Address,
            ["tar"] = _images.Write("app.tar", DockerSave.Of($"{registry.Address}/app:1", SmallImages.LayerOf("app")).ToArray()) };
        await engine.OutputAsync("$null = Import-ImageTar $tar; $null = Push-CachedImage * -Destination $registry", Token);
        return engine;
    }
}
