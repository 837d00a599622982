using System.Management.Automation;
using System.Text.Json;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Interop;

/// <summary>Every format of image tar, pushed from the cache and directly to docker-registry; skopeo, umoci and Python read the
/// result.</summary>
public sealed class PushedArchiveTests(RegistryFixture registries) : IClassFixture<RegistryFixture>
{
    private static readonly PushedImage App = new("team/app", "1.0", "app");

    private static readonly Dictionary<string, PushedImage[]> Contents = new()
    {
        ["docker-archive.tar"] = [App],
        ["docker-archive.tar.gz"] = [App],
        ["docker-archive.tar.zst"] = [App],
        ["docker-multi.tar"] = [App, App with { Tag = "latest" }, new PushedImage("team/tool", "2.0", "tool")],
        ["docker25.tar"] = [App],
        ["oci-archive.tar"] = [new PushedImage("oci-archive", "app", "app")],
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Archives => [.. Contents.Keys];

    [Theory, MemberData(nameof(Archives))]
    public async Task Imported_and_pushed(string archive)
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = await EngineAsync(archive, registry);
        var results = await engine.OutputAsync("Import-ImageTar $tar | Push-CachedImage -Destination $registry", Token);
        await CheckAsync(archive, registry, results);
    }

    [Theory, MemberData(nameof(Archives))]
    public async Task Pushed_directly(string archive)
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = await EngineAsync(archive, registry);
        await CheckAsync(archive, registry, await engine.OutputAsync("Push-ImageTar $tar -Destination $registry", Token));
    }

    [Theory, MemberData(nameof(Archives))]
    public async Task Pushed_directly_with_a_password(string archive)
    {
        var registry = await registries.ClosedAsync(Token);
        using var engine = await EngineAsync(archive, registry);
        engine["credential"] = RegistryFixture.Credential;
        var results = await engine.OutputAsync("Push-ImageTar $tar -Destination $registry -Credential $credential", Token);
        await CheckAsync(archive, registry, results, asUser: true);
    }

    [Fact]
    public async Task Imported_and_pushed_after_Connect_Registry()
    {
        var registry = await registries.ClosedAsync(Token);
        using var engine = await EngineAsync("docker-archive.tar", registry);
        engine["credential"] = RegistryFixture.Credential;
        var results = await engine.OutputAsync(
            "$null = Connect-Registry $registry -Credential $credential; Import-ImageTar $tar | Push-CachedImage -Destination $registry",
            Token);
        await CheckAsync("docker-archive.tar", registry, results, asUser: true);
    }

    [Fact]
    public async Task Pushed_with_the_password_of_docker_s_config()
    {
        var registry = await registries.ClosedAsync(Token);
        using var engine = await EngineAsync("docker-archive.tar", registry);
        var auth = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(RegistryFixture.UserAndPassword));
        var config = JsonSerializer.Serialize(new { auths = new Dictionary<string, object> { [registry.Address] = new { auth } } });
        await File.WriteAllTextAsync(Path.Combine(engine.DockerConfigFolder, "config.json"), config, Token);
        var results = await engine.OutputAsync("Push-ImageTar $tar -Destination $registry", Token);
        await CheckAsync("docker-archive.tar", registry, results, asUser: true);
    }

    private static async Task<Engine> EngineAsync(string archive, DockerRegistry registry)
    {
        var path = (await ImagesFixture.GetAsync(Token))[archive];
        return new Engine { ["tar"] = path, ["registry"] = registry.Address };
    }

    private static async Task CheckAsync(string archive, DockerRegistry registry, IReadOnlyList<PSObject> results, bool asUser = false)
    {
        var arrivals = Contents[archive];
        Assert.Equal(arrivals.Select(arrival => arrival.At(registry)), results.Select(result => (string)((dynamic)result).Reference));
        foreach (var (arrival, result) in arrivals.Zip(results))
        {
            await arrival.IsWholeAsync(registry, ((dynamic)result).Digest, Token, asUser);
            await arrival.HasReadableGzipLayersAsync(registry, Token, asUser);
        }
    }
}
