using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Cmdlets;

/// <summary>-Image selects images of an archive; images filtered out of the output of Get-ImageTar are neither imported nor
/// pushed.</summary>
public sealed class ImageSelectionTests(RegistryFixture registries) : IClassFixture<RegistryFixture>, IDisposable
{
    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("example.com/one:1", "one")]
    [InlineData("'example.com/one:1', 'example.com/two:1'", "one two")]
    [InlineData("'*/t*'", "three two")]
    [InlineData("'example.com/*', 'example.com/one:1'", "four one three two")]
    [InlineData("(Get-ImageTar $tar).Where({ $_.Reference -like '*two*' })[0].ImageId", "two")]
    [InlineData("library/nginx", "nginx")]
    public async Task Names_digests_and_patterns_select_each_image_once(string image, string expected)
    {
        using var engine = await NewEngineAsync();
        var wanted = expected.Split(' ');
        var listed = await engine.OutputAsync($"(Get-ImageTar $tar -Image {image}).Reference", Token);
        Assert.Equal(wanted, listed.Select(ShortName).Order(StringComparer.Ordinal));
        var pushed = await engine.OutputAsync($"(Push-ImageTar $tar -Image {image} -Destination $registry/{wanted[0]}x/).Reference", Token);
        Assert.Equal(wanted, pushed.Select(ShortName).Order(StringComparer.Ordinal));
        var imported = await engine.OutputAsync($"(Import-ImageTar $tar -Image {image}).Reference", Token);
        Assert.Equal(wanted, imported.Select(ShortName).Order(StringComparer.Ordinal));
        Assert.Equal(wanted.Length, (await engine.OutputAsync("Get-CachedImage", Token)).Count);
    }

    [Theory]
    [InlineData("Import-ImageTar")]
    [InlineData("Push-ImageTar -Destination $registry/filtered/")]
    public async Task The_pipeline_transfers_only_the_entries_that_it_receives(string cmdlet)
    {
        using var engine = await NewEngineAsync();
        var some = await engine.OutputAsync($"((Get-ImageTar $tar).Where({{ $_.Reference -like '*/t*' }}) | {cmdlet}).Reference", Token);
        Assert.Equal(["three", "two"], some.Select(ShortName).Order(StringComparer.Ordinal));
        var all = await engine.OutputAsync($"(Get-ImageTar $tar | {cmdlet}).Reference", Token);
        Assert.Equal(["four", "nginx", "one", "three", "two"], all.Select(ShortName).Order(StringComparer.Ordinal));
        Assert.Single(await engine.OutputAsync($"$first = (Get-ImageTar $tar)[0]; $first, $first | {cmdlet}", Token));
    }

    [Fact]
    public async Task A_selection_without_a_match_is_an_error_and_a_pattern_of_Get_is_not()
    {
        using var engine = await NewEngineAsync();
        foreach (var cmdlet in new[] { "Import-ImageTar", "Push-ImageTar -Destination $registry" })
        {
            foreach (var image in new[] { "example.com/other:1", "none*", "sha256:" + new string('0', 64) })
            {
                (await engine.RunAsync($"{cmdlet} -Path $tar -Image {image}", Token)).SingleError().Is("ManifestNotFound", image);
            }
        }

        (await engine.RunAsync("Get-ImageTar $tar -Image example.com/other:1", Token)).SingleError().Is("ManifestNotFound",
            "example.com/other:1");
        Assert.Empty(await engine.OutputAsync("Get-ImageTar $tar -Image none*", Token));
    }

    [Fact]
    public async Task Two_images_of_one_archive_for_one_name_are_rejected_before_the_first_byte()
    {
        using var engine = await NewEngineAsync();
        var registry = await registries.OpenAsync(Token);
        var outcome = await engine.RunAsync("Push-ImageTar $tar -Destination $registry/same:1", Token);
        Assert.Equal(5, outcome.Errors.Count);
        Assert.All(outcome.Errors, error => error.Is("DestinationConflict", "same:1"));
        Assert.Empty(await registry.RequestsAsync(Token));
        Assert.Single(await engine.OutputAsync("Push-ImageTar $tar -Image *one* -Destination $registry/same:1", Token));
    }

    [Fact]
    public async Task A_specified_name_causes_no_warning_about_a_missing_name()
    {
        using var engine = await NewEngineAsync();
        engine["nameless"] = _images.Write("nameless.tar", new DockerSave().Add([], SmallImages.LayerOf("nameless")).ToArray());
        Assert.Empty((await engine.RunAsync("Import-ImageTar $nameless -Reference example.com/app:1", Token)).WithoutErrors().Warnings);
        Assert.Empty((await engine.RunAsync("Push-ImageTar $nameless -Destination $registry/app:1", Token)).WithoutErrors().Warnings);
        Assert.Single((await engine.RunAsync("Import-ImageTar $nameless", Token)).WithoutErrors().Warnings);
        Assert.Single((await engine.RunAsync("Push-ImageTar $nameless -Destination $registry", Token)).WithoutErrors().Warnings);
    }

    public void Dispose() => _images.Dispose();

    private static string ShortName(object reference) => reference.ToString()!.Split('/')[^1].Split(':')[0];

    private async Task<Engine> NewEngineAsync()
    {
        var registry = await registries.OpenAsync(Token);
        var names = new[] { "example.com/one:1", "example.com/two:1", "example.com/three:1", "example.com/four:1", "nginx:latest" };
        return new Engine { ["registry"] = registry.Address,
            ["tar"] = _images.Write("several.tar",
                names.Aggregate(new DockerSave(), (tar, name) => tar.Add([name], SmallImages.LayerOf(name))).ToArray()) };
    }
}
