using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Cache;

/// <summary>Set-ImageCache adopts a layout created by another tool, and that tool can still use it.</summary>
public sealed class AdoptionTests(RegistryFixture registries) : IClassFixture<RegistryFixture>, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("umoci", "app")]
    [InlineData("skopeo", "example.com/team/app:1.0")]
    [InlineData("skopeo", "1.0")]
    [InlineData("skopeo", null)]
    public async Task A_layout_of_another_tool_becomes_the_cache(string maker, string? name)
    {
        var layout = _folder["layout"];
        await MakeAsync(maker, layout, name);
        var original = await File.ReadAllTextAsync(Path.Combine(layout, "index.json"), Token);
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine(layout) { ["tar"] = _images.Write("new"), ["registry"] = registry.Address, ["name"] = name ?? "*" };
        await engine.OutputAsync("Set-ImageCache $env:IMAGEPUSHER_CACHE", Token);
        var image = await engine.SingleAsync("Get-CachedImage $name", Token);
        Assert.Equal((name ?? (string)image.Digest, true), ((string)image.Reference, (bool)image.IsComplete));
        Assert.Null(image.Saved);
        Assert.Equal(original, await File.ReadAllTextAsync(Path.Combine(layout, "index.json"), Token));

        await engine.OutputAsync("Import-ImageTar $tar", Token);
        Assert.True(await engine.SingleAsync("Test-CachedImage $name -Full -Quiet | Select-Object -First 1", Token));
        var pushed = await engine.SingleAsync(
            "Get-CachedImage $name | Select-Object -First 1 | Push-CachedImage -Destination $registry/team/pushed:1", Token);
        Assert.Equal((string)image.Digest, (string)pushed.Digest);
        Assert.Equal("example.com/new:1", (await engine.SingleAsync("Get-CachedImage example.com/new:1", Token)).Reference);

        // The other tool finds both, and the cache finds the image that the tool adds.
        await ExternalTools.RunAsync("skopeo",
            ["--insecure-policy", "copy", "-q", $"oci:{layout}:example.com/new:1", $"oci:{layout}:example.com/added:2"], Token);
        Assert.Equal(3, (await engine.OutputAsync("Get-CachedImage", Token)).Count);
        Assert.Equal((string)(await engine.SingleAsync("Get-CachedImage example.com/new:1", Token)).Digest,
            (string)(await engine.SingleAsync("Get-CachedImage example.com/added:2", Token)).Digest);
    }

    [Fact]
    public async Task A_single_word_name_is_pushed_only_under_a_full_name()
    {
        await MakeAsync("umoci", _folder["layout"], "app");
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine(_folder["layout"]) { ["registry"] = registry.Address };
        await engine.FailsAsync("Push-CachedImage app -Destination $registry", "InvalidReference", "app");
    }

    public void Dispose()
    {
        _folder.Dispose();
        _images.Dispose();
    }

    private async Task MakeAsync(string maker, string layout, string? name)
    {
        var file = _folder.Write("file", "content");
        var made = maker == "umoci" ? layout : _folder["made"];
        string[][] steps =
        [
            ["init", "--layout", made],
            ["new", "--image", $"{made}:app"],
            ["insert", "--image", $"{made}:app", file, "/opt/file"],
            ["config", "--image", $"{made}:app", "--os", "linux", "--architecture", "amd64"],
            ["gc", "--layout", made],
        ];
        foreach (var step in steps)
        {
            await ExternalTools.RunAsync("umoci", step, Token);
        }

        if (maker == "skopeo")
        {
            await ExternalTools.RunAsync("skopeo",
                ["--insecure-policy", "copy", "-q", $"oci:{made}:app", name is null ? $"oci:{layout}" : $"oci:{layout}:{name}"], Token);
        }
    }
}
