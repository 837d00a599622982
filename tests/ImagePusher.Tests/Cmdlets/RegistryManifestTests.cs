using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Cmdlets;

/// <summary>Get-RegistryManifest: what the registry has, byte for byte.</summary>
public sealed class RegistryManifestTests(RegistryFixture registries) : IClassFixture<RegistryFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Raw_gives_the_manifest_byte_for_byte_as_text_and_as_a_property()
    {
        var registry = await registries.OpenAsync(Token);
        using var client = Http.NewClient();
        await client.PushImageAsync(registry.Url, "team/app", "1", [Http.RandomBytes(100)], Token);
        var stored = await RawManifest.OfRegistryAsync(registry, "team/app", "1", Token);
        using var engine = new Engine { ["app"] = $"{registry.Address}/team/app:1" };
        Assert.Equal(
            System.Text.Encoding.UTF8.GetString(stored.Raw), (string)await engine.SingleAsync("Get-RegistryManifest $app -Raw", Token));
        var manifest = await engine.SingleAsync("Get-RegistryManifest $app", Token);
        Assert.Equal((stored.Digest, stored.MediaType), ((string)manifest.Digest, (string)manifest.MediaType));
        Assert.Equal(stored.Raw, (byte[])manifest.Raw);
    }
}
