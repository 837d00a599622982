using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Cmdlets;

/// <summary>Set-RegistryOption -KeepLibrary is the default of the pushes to a registry; the parameter of a call takes precedence.</summary>
public sealed class KeepLibraryTests(RegistryFixture registries) : IClassFixture<RegistryFixture>, IDisposable
{
    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_option_of_a_registry_is_its_default()
    {
        using var engine = await NewEngineAsync();
        Assert.True((bool)(await engine.SingleAsync("Set-RegistryOption $registry -KeepLibrary -PassThru", Token)).KeepLibrary);
        Assert.EndsWith("/hub/library/app:1",
            (string)(await engine.SingleAsync("Push-ImageTar $tar -Destination $registry/hub/", Token)).Reference,
            StringComparison.Ordinal);
        Assert.EndsWith("/hub/app:1",
            (string)(await engine.SingleAsync("Push-ImageTar $tar -Destination $registry/hub/ -KeepLibrary:$false", Token)).Reference,
            StringComparison.Ordinal);
    }

    public void Dispose() => _images.Dispose();

    private async Task<Engine> NewEngineAsync()
    {
        var registry = await registries.OpenAsync(Token);
        var engine = new Engine { ["registry"] = registry.Address,
            ["tar"] = _images.Write("app.tar", DockerSave.Of("app:1", SmallImages.LayerOf("app")).ToArray()) };
        await engine.OutputAsync("$null = Import-ImageTar $tar; $null = Push-CachedImage * -Destination $registry/library/app:1", Token);
        return engine;
    }
}
