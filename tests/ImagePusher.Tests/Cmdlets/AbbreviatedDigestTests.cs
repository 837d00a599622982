using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Cmdlets;

/// <summary>The first digits of a digest, as tables show them, select a cached image.</summary>
public sealed class AbbreviatedDigestTests(RegistryFixture registries) : IClassFixture<RegistryFixture>, IDisposable
{
    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _images.Dispose();

    [Fact]
    public async Task The_digits_of_a_table_select_the_image()
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine { ["tars"] = new[] { _images.Write("app"), _images.Write("other") },
            ["registry"] = registry.Address };
        await engine.OutputAsync("$app, $other = Import-ImageTar $tars; $short = [ImagePusher.Output.Views]::Digest($app.Digest)", Token);
        Assert.Equal("example.com/app:1", (string)(await engine.SingleAsync("Get-CachedImage -Digest $short", Token)).Reference);
        Assert.Equal("example.com/app:1", (string)(await engine.SingleAsync("Get-CachedImage -Digest \"sha256:$short\"", Token)).Reference);
        Assert.Equal(2, (await engine.OutputAsync("Get-CachedImage -Digest $short, $other.Digest", Token)).Count);
        Assert.Empty(await engine.OutputAsync("Get-CachedImage -Digest 0000000", Token));
        Assert.Empty(await engine.OutputAsync("Get-CachedImage -Digest \"sha512:$short\"", Token));

        // Exactly this image is pushed, whatever its name means.
        Assert.Equal(
            (string)(await engine.SingleAsync("$app.Digest", Token)),
            (string)(await engine.SingleAsync("Push-CachedImage example.com/other:1 -Digest $short -Destination $registry", Token)).Digest);
        Assert.Single(await engine.OutputAsync("Get-ImageConfig example.com/app:1 -CachePath $env:IMAGEPUSHER_CACHE -Digest $short",
            Token));
    }

    [Fact]
    public async Task Digits_without_a_matching_image_are_an_error()
    {
        using var engine = new Engine { ["tar"] = _images.Write("app") };
        await engine.OutputAsync("$app = Import-ImageTar $tar; $short = [ImagePusher.Output.Views]::Digest($app.Digest)", Token);
        await engine.FailsAsync("Push-CachedImage * -Digest 0000000 -Destination localhost:1", "ImageNotCached", "begins with '0000000'");
        await engine.FailsAsync("Get-CachedImage -Digest 12345", "InvalidReference", "Invalid digest '12345'");
        var error = (await engine.FailsAsync("Test-CachedImage $short", "ImageNotCached")).SingleError();
        Assert.Contains("example.com/app:1", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }
}
