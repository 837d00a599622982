using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Cache;

/// <summary>The user's state may be in the folder of the cache, the default on Windows, and exist before the cache.</summary>
public sealed class StateInCacheFolderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Get-CachedImage", 0)]
    [InlineData("Import-ImageTar $tar", 1)]
    [InlineData("Import-ImageTar $tar; Optimize-ImageCache -Confirm:$false | Out-Null; Get-CachedImage", 2)]
    public async Task A_folder_with_only_the_state_becomes_a_cache(string script, int images)
    {
        using var tars = new SmallImages();
        using var engine = new Engine { ["tar"] = tars.Write("app") };
        var cache = tars["imagepusher"];
        using var variables = new EnvironmentScope(("IMAGEPUSHER_CACHE", cache), ("IMAGEPUSHER_STATE", Path.Combine(cache, "state")));
        var uploads = Directory.CreateDirectory(Path.Combine(cache, "state", "uploads")).FullName;
        Assert.Equal(images, (await engine.OutputAsync(script, Token)).Count);
        Assert.True(Directory.Exists(uploads));
    }

    [Theory]
    [InlineData("other")]
    [InlineData("states")]
    public async Task A_folder_with_other_content_does_not_become_a_cache(string name)
    {
        using var tars = new SmallImages();
        using var engine = new Engine { ["tar"] = tars.Write("app") };
        var cache = tars["imagepusher"];
        using var variables = new EnvironmentScope(("IMAGEPUSHER_CACHE", cache), ("IMAGEPUSHER_STATE", Path.Combine(cache, "state")));
        Directory.CreateDirectory(Path.Combine(cache, name));
        var outcome = await engine.RunAsync("Import-ImageTar $tar", Token);
        Assert.StartsWith("InvalidOption", Assert.Single(outcome.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }
}
