using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Cmdlets;

/// <summary>Paths as PowerShell has them: wildcards, brackets in existing names, drives, and the current location, also in
/// IMAGEPUSHER_CACHE.</summary>
public sealed class PathParameterTests : IDisposable
{
    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("app[1].tar", "-Path ($folder + '/app[1].tar')")]
    [InlineData("app[1.tar", "-Path ($folder + '/app[1.tar')")]
    [InlineData("app[1].tar", "-Path ./app[1].tar")]
    [InlineData("app[1].tar", "-Path './app`[1`].tar'")]
    [InlineData("app[1].tar", "-LiteralPath ./app[1].tar")]
    [InlineData("in [1] folder/app.tar", "-Path './in [1] folder/app.tar'")]
    [InlineData("in [1] folder/app.tar", "-Path './in [1] folder/*.tar'")]
    [InlineData("in [1] folder/app.tar", "-Path './in* folder/app.tar'")]
    [InlineData("app.tar", "-Path images:/app.tar")]
    [InlineData("app.tar", "-Path images:/*.tar")]
    [InlineData("app[1].tar", "-Path images:/app[1].tar")]
    public async Task An_existing_name_is_literal_and_not_a_pattern(string file, string argument)
    {
        using var engine = NewEngine(file);
        foreach (var cmdlet in new[] { "Get-ImageTar", "Import-ImageTar" })
        {
            Assert.Equal("example.com/app:1", (string)(await engine.SingleAsync($"{cmdlet} {argument}", Token)).Reference);
        }
    }

    [Theory]
    [InlineData("Get-ImageTar ./none*.tar")]
    [InlineData("Import-ImageTar ./none*.tar")]
    [InlineData("Push-ImageTar ./none*.tar -Destination localhost:1")]
    [InlineData("Get-ImageTar ./app[2].tar")]
    [InlineData("Get-ImageTar './none [1]/*.tar'")]
    [InlineData("Get-ImageTar images:/none*.tar")]
    [InlineData("Get-ImageTar nodrive:/*.tar")]
    [InlineData("Get-ImageTar -LiteralPath ./*.tar")]
    public async Task A_pattern_without_a_match_is_one_error_and_the_rest_continues(string script)
    {
        using var engine = NewEngine("app.tar");
        var outcome = await engine.RunAsync($"{script}; 'continued'", Token);
        outcome.SingleError().Is("PathNotFound");
        Assert.Equal("continued", Assert.Single(outcome.Output).BaseObject);
    }

    [Theory]
    [InlineData("cache")]
    [InlineData("./sub/../cache")]
    [InlineData("images:/cache")]
    public async Task IMAGEPUSHER_CACHE_is_relative_to_the_current_location(string value)
    {
        using var engine = NewEngine("app.tar");
        using var variable = new EnvironmentScope(("IMAGEPUSHER_CACHE", value));
        Assert.Equal(_images["cache"], (string)(await engine.SingleAsync("Import-ImageTar ./app.tar", Token)).CachePath);
        Assert.Equal(_images["cache"], (string)(await engine.SingleAsync("Get-ImageCache", Token)).CachePath);
        Assert.True(File.Exists(Path.Combine(_images["cache"], "index.json")));
    }

    [Fact]
    public async Task CachePath_is_a_parameter_of_every_copy_from_or_to_the_cache()
    {
        using var engine = NewEngine("app.tar");
        var image = await engine.SingleAsync("Import-ImageTar ./app.tar -CachePath ./other", Token);
        Assert.Equal(_images["other"], (string)image.CachePath);
        Assert.Empty(await engine.OutputAsync("Get-CachedImage", Token));
        Assert.Single(await engine.OutputAsync("Get-CachedImage -CachePath ./other", Token));
        Assert.Single(await engine.OutputAsync("Export-ImageTar * ./out.tar -CachePath ./other", Token));
        Assert.Single(await engine.OutputAsync("Get-CachedImage -CachePath ./other | Test-CachedImage", Token));
    }

    [Fact]
    public async Task The_former_name_of_CachePath_works_and_does_not_bind_the_Path_of_an_object()
    {
        using var engine = NewEngine("app.tar");
        await engine.OutputAsync("$null = Import-ImageTar ./app.tar", Token);
        Assert.Equal(engine.CachePath, (string)(await engine.SingleAsync("Get-ImageCache -Path $env:IMAGEPUSHER_CACHE", Token)).CachePath);
        Assert.StartsWith("InputObjectNotBound",
            (await engine.RunAsync("Get-ImageTar ./app.tar | Get-ImageCache", Token)).SingleError().FullyQualifiedErrorId,
            StringComparison.Ordinal);
        Assert.Equal(engine.CachePath,
            (string)(await engine.SingleAsync("Set-ImageCache -Path $env:IMAGEPUSHER_CACHE -PassThru", Token)).CachePath);
    }

    public void Dispose() => _images.Dispose();

    private Engine NewEngine(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_images[file])!);
        File.WriteAllBytes(_images[file], DockerSave.Of("example.com/app:1", SmallImages.LayerOf("app")).ToArray());
        var engine = new Engine { ["folder"] = _images[""].TrimEnd('/') };
        engine.RunAsync(
            "$null = $ExecutionContext.SessionState.Drive.New([System.Management.Automation.PSDriveInfo]::new('images', "
                + "$ExecutionContext.SessionState.Provider.GetOne('FileSystem'), $folder, '', $null), 'Global'); " +
            "$null = $ExecutionContext.SessionState.Path.SetLocation($folder)", Token).GetAwaiter().GetResult().WithoutErrors();
        return engine;
    }
}
