using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Examples;

/// <summary>ci-push.ps1: the content that remains in the cache that a CI service keeps.</summary>
public sealed class CiPushTests(RegistryFixture registries) : IClassFixture<RegistryFixture>
{
    private const string Push = "& $script $to/mirror/ -List $list";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("& $script localhost:1/mirror/ -List $list", "names no image")]
    [InlineData("& $script localhost:1/mirror/ -List $list -Path $tar", "names no image")]
    [InlineData("& $script localhost:1/mirror/", "specify -Path or -List")]
    [InlineData("& $script localhost:1/mirror/ -Path $none", "PathNotFound")]
    public async Task An_empty_push_fails_and_does_not_change_the_cache(string script, string told)
    {
        using var images = new SmallImages();
        using var engine = new Engine
        {
            ["script"] = ExampleFolder.PathOf("ci-push.ps1"),
            ["tar"] = images.Write("app"),
            ["none"] = images["none*.tar"],
            ["list"] = images.Write("images.txt", "# none today\r\n\r\n  \r\n"u8.ToArray()),
        };
        await engine.OutputAsync("$null = Import-ImageTar $tar", Token);
        var outcome = await engine.RunAsync($"{script}; $LASTEXITCODE", Token);
        Assert.Contains(outcome.Output, line => line.ToString().Contains(told, StringComparison.Ordinal));
        Assert.Equal(1, outcome.Output[^1].BaseObject);
        Assert.Single(await engine.OutputAsync("Get-CachedImage", Token));
    }

    [Fact]
    public async Task The_cache_keeps_images_of_the_list_and_after_a_failure_all_images()
    {
        var registry = await registries.OpenAsync(Token);
        using var images = new SmallImages();
        using var engine = new Engine
        {
            ["to"] = registry.Address,
            ["script"] = ExampleFolder.PathOf("ci-push.ps1"),
            ["tars"] = new[] { images.Write("one"), images.Write("two"), images.Write("three") },
        };
        var (one, two, three) = ($"{registry.Address}/one:1", $"{registry.Address}/two:1", $"{registry.Address}/three:1");
        await engine.OutputAsync("Push-ImageTar $tars -Destination $to", Token);
        Assert.Equal([one, two], await CachedAfterAsync(one, two));
        Assert.Equal([one, three, two], await CachedAfterAsync(three, $"{registry.Address}/missing:1"));
        Assert.Equal([three], await CachedAfterAsync(three));
        var unused = await engine.SingleAsync("(Get-ImageCache).UnusedSize", Token);
        Assert.Equal(0L, (long)unused);

        async Task<IEnumerable<string>> CachedAfterAsync(params string[] list)
        {
            engine["list"] = images.Write("images.txt", System.Text.Encoding.UTF8.GetBytes(string.Join('\n', list)));
            await engine.RunAsync(Push, Token);
            return (await engine.OutputAsync("Get-CachedImage", Token)).Select(image => image.ToString()).Order(StringComparer.Ordinal);
        }
    }
}
