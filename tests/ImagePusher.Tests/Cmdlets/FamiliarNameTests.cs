using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Cmdlets;

/// <summary>Official images of Docker Hub lose <c>library/</c> at a registry or prefix, unless -KeepLibrary keeps it.</summary>
public sealed class FamiliarNameTests(RegistryFixture registries) : IClassFixture<RegistryFixture>, IDisposable
{
    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _images.Dispose();

    [Theory]
    [InlineData("$registry/direct/", "direct/app:1.0")]
    [InlineData("$registry/kept/ -KeepLibrary", "kept/library/app:1.0")]
    [InlineData("$registry/full:2.0", "full:2.0")]
    public async Task A_direct_push_a_push_from_the_cache_and_a_copy_use_the_same_name(string destination, string expected)
    {
        using var engine = await NewEngineAsync();
        var names = await engine.OutputAsync(
            $$"""
            (Push-ImageTar $tar -Destination {{destination}}).Reference
            (Import-ImageTar $tar | Push-CachedImage -Destination {{destination}}).Reference
            """,
            Token);
        Assert.All(names, name => Assert.EndsWith("/" + expected, name.ToString()!, StringComparison.Ordinal));
        Assert.Equal(2, names.Count);
    }

    [Fact]
    public async Task A_mirror_with_library_causes_one_warning_that_recommends_KeepLibrary()
    {
        using var engine = await NewEngineAsync();
        Assert.Empty((await engine.RunAsync("Push-ImageTar $tar -Destination $registry/hub/ -KeepLibrary",
            Token)).WithoutErrors().Warnings);
        var warned = (await engine.RunAsync("$tar, $tar | Push-ImageTar -Destination $registry/hub/", Token)).WithoutErrors();
        var warning = Assert.Single(warned.Warnings);
        Assert.Contains("/hub/library/app:1.0", warning, StringComparison.Ordinal);
        Assert.Contains("-KeepLibrary", warning, StringComparison.Ordinal);
        Assert.Empty((await engine.RunAsync("Push-ImageTar $tar -Destination $registry/other/", Token)).WithoutErrors().Warnings);
    }

    private async Task<Engine> NewEngineAsync()
    {
        var registry = await registries.OpenAsync(Token);
        return new Engine
        {
            ["registry"] = registry.Address,
            ["tar"] = _images.Write("app.tar", new DockerSave().Add(["app:1.0"], SmallImages.LayerOf("app")).ToArray()),
        };
    }
}
