using ImagePusher.Tests.Support;

namespace ImagePusher.Tests;

public sealed class EngineTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_module_imports_by_its_manifest_and_exports_the_cmdlets_that_it_names()
    {
        using var engine = new Engine();
        var output = await engine.OutputAsync("(Get-Command -Module ImagePusher -CommandType Cmdlet).Name", Token);
        var declared = await engine.OutputAsync($"(Test-ModuleManifest '{Repository.ModuleManifest}').ExportedCmdlets.Keys", Token);
        Assert.Contains(output, name => name.ToString() == "Push-ImageTar");
        Assert.Equal(declared.Select(name => name.ToString()).Order(), output.Select(name => name.ToString()).Order());
    }

    [Fact]
    public async Task An_empty_cache_lists_nothing()
    {
        using var engine = new Engine();
        Assert.Empty(await engine.OutputAsync("Get-CachedImage", Token));
    }

    [Fact]
    public async Task Streams_and_text_of_the_host_are_distinguished()
    {
        using var engine = new Engine();
        var outcome = await engine.RunAsync("'shown' | Out-Host; 'written'; Get-CachedImage missing:1; throw 'the end'", Token);
        Assert.Equal("shown\n", outcome.Text);
        Assert.Equal("written", Assert.Single(outcome.Output).ToString());
        Assert.Single(outcome.Errors);
        Assert.Equal("the end", outcome.Terminating?.Exception.Message);
    }
}
