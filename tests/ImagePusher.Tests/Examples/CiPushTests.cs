using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Examples;

/// <summary>ci-push.ps1: what it leaves in the cache that a CI service keeps.</summary>
public sealed class CiPushTests(RegistryFixture registries) : IClassFixture<RegistryFixture>
{
    private const string Push = "& $script $to/mirror/ -List $list";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_cache_keeps_what_the_list_names_and_after_a_failure_everything()
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
