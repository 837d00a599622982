using ImagePusher.Tests.Support;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Cmdlets;

/// <summary>-WhatIf writes the plan and changes nothing; -Confirm prompts.</summary>
public sealed class WhatIfTests(RegistryFixture registries) : IClassFixture<RegistryFixture>, IDisposable
{
    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Push-ImageTar $new -Destination $registry", "localhost:*/new:1")]
    [InlineData("Push-CachedImage example.com/cached:1 -Destination $registry", "localhost:*/cached:1")]
    [InlineData("Get-CachedImage | Push-CachedImage -Destination $registry", "localhost:*/cached:1")]
    [InlineData("Save-ImageToCache $registry/there:1", "localhost:*/there:1")]
    [InlineData("Import-ImageTar $new", "example.com/new:1")]
    [InlineData("Remove-CachedImage example.com/cached:1", "example.com/cached:1")]
    [InlineData("Copy-RegistryImage $registry/there:1 -Destination $registry/copy:1", "localhost:*/copy:1")]
    [InlineData("Clear-ImageCache", "*cache*")]
    [InlineData("Optimize-ImageCache", "*cache*")]
    [InlineData("Export-ImageTar example.com/cached:1 -Path ($new + '.export')", "*.export*")]
    [InlineData("Set-ImageCache ($new + '.cache')", "*.cache*")]
    [InlineData("Start-LocalRegistry -Port 0", "*localhost:0*")]
    public async Task WhatIf_changes_nothing(string script, string names)
    {
        var registry = await registries.OpenAsync(Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        using var engine = new Engine
        {
            ["cached"] = _images.Write("cached"),
            ["new"] = _images.Write("new"),
            ["there"] = _images.Write("there"),
            ["registry"] = proxy.Address,
        };
        await engine.OutputAsync("Import-ImageTar $cached; Push-ImageTar $there -Destination $registry", Token);
        proxy.Forget();
        var before = CacheSnapshot.Of(engine.CachePath, withState: true);
        var files = Directory.GetFileSystemEntries(_images[""]);
        var content = registry.Blobs().Count;

        var outcome = (await engine.RunAsync($"{script} -WhatIf", Token)).WithoutErrors();
        var preferred = (await engine.RunAsync($"$WhatIfPreference = $true; {script}", Token)).WithoutErrors();
        foreach (var one in new[] { outcome, preferred })
        {
            Assert.Empty(one.Output);
            Assert.Contains("What if: ", one.Text, StringComparison.Ordinal);
            Assert.Matches(names.Replace("*", ".*", StringComparison.Ordinal), one.Text);
        }

        Assert.All(proxy.Requests, request => Assert.Contains(request.Method, new[] { "GET", "HEAD" }));
        before.IsStill(engine.CachePath, withState: true);
        Assert.Equal(files, Directory.GetFileSystemEntries(_images[""]));
        Assert.Equal(content, registry.Blobs().Count);
        Assert.Empty(await engine.OutputAsync("Get-LocalRegistry", Token));
    }

    [Fact]
    public async Task WhatIf_does_not_create_a_cache()
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine { ["new"] = _images.Write("new"), ["registry"] = registry.Address };
        await engine.OutputAsync("Import-ImageTar $new -WhatIf; Push-ImageTar $new -Destination $registry -WhatIf; Get-CachedImage", Token);
        Assert.False(Directory.Exists(engine.CachePath));
    }

    [Fact]
    public async Task WhatIf_lists_existing_content_and_content_to_send()
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine { ["new"] = _images.Write("new"), ["registry"] = registry.Address };
        var first = (await engine.RunAsync("Push-ImageTar $new -Destination $registry -WhatIf", Token)).Text;
        Assert.Contains("to compress and send", first, StringComparison.Ordinal);
        await engine.OutputAsync("Push-ImageTar $new -Destination $registry", Token);
        var second = (await engine.RunAsync("Push-ImageTar $new -Destination $registry -WhatIf", Token)).Text;
        Assert.Contains("nothing to do, it already exists", second, StringComparison.Ordinal);
        var elsewhere = (await engine.RunAsync("Push-ImageTar $new -Destination $registry/elsewhere:1 -WhatIf", Token)).Text;
        Assert.Contains("mount", elsewhere, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Confirm_prompts_once_for_each_image_and_respects_a_no()
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine { ["tars"] = new[] { _images.Write("one"), _images.Write("two") }, ["registry"] = registry.Address };
        engine.Host.Answers.Enqueue(2);
        engine.Host.Answers.Enqueue(0);
        var result = await engine.SingleAsync("Push-ImageTar $tars -Destination $registry -Confirm", Token);
        Assert.EndsWith("/two:1", (string)result.Reference, StringComparison.Ordinal);
        Assert.Equal(2, engine.Host.Questions.Count);
        Assert.Contains($"{registry.Address}/one:1", engine.Host.Questions[0], StringComparison.Ordinal);
        Assert.Equal(0, await registry.CountAsync("PUT", "/v2/one/", Token));
    }

    [Fact]
    public async Task Confirm_false_does_not_prompt()
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine { ["tar"] = _images.Write("one"), ["registry"] = registry.Address };
        var output = await engine.OutputAsync(
            """
            $ConfirmPreference = 'Low'
            Push-ImageTar $tar -Destination $registry -Confirm:$false
            Import-ImageTar $tar -Confirm:$false | Push-CachedImage -Destination $registry -Confirm:$false
            Remove-CachedImage * -Confirm:$false
            """,
            Token);
        Assert.Equal(2, output.Count);
        Assert.Empty(engine.Host.Questions);
    }

    public void Dispose() => _images.Dispose();
}
