using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Cache;

/// <summary>A variable that names a folder and is blank, as a CI system leaves it, counts as not set.</summary>
public sealed class BlankVariableTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\t")]
    public async Task IMAGEPUSHER_CACHE_specifies_the_default_cache(string value)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The default folders of Windows cannot be changed.");
        using var images = new SmallImages();
        using var engine = new Engine { ["tar"] = images.Write("app") };
        using var variables = new EnvironmentScope(("IMAGEPUSHER_CACHE", value), ("XDG_CACHE_HOME", images["caches"]));
        var expected = Path.Combine(images["caches"], "imagepusher");
        Assert.Equal(expected, (string)(await engine.SingleAsync("Import-ImageTar $tar", Token)).CachePath);
        Assert.Equal(expected, (string)(await engine.SingleAsync("Get-ImageCache", Token)).CachePath);
        Assert.Equal(
            ["example.com/app:1"],
            (await engine.OutputAsync(
                "[Management.Automation.CommandCompletion]::CompleteInput('Get-CachedImage exa', 19, "
                    + "$null).CompletionMatches.CompletionText", Token)).Select(text => text.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\r\n")]
    public async Task IMAGEPUSHER_STATE_specifies_the_default_folder(string value)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The default folders of Windows cannot be changed.");
        using var images = new SmallImages();
        using var engine = new Engine { ["tar"] = images.Write("app") };
        using var variables = new EnvironmentScope(("IMAGEPUSHER_STATE", value), ("XDG_STATE_HOME", images["states"]));
        await engine.SingleAsync("Import-ImageTar $tar", Token);
        Assert.True(Directory.Exists(Path.Combine(images["states"], "imagepusher", "encodings")));
    }
}
