using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>A push of an image with a small and a large layer to each fake registry, and to docker-registry behind nginx.</summary>
public sealed class ProfiledRegistryTests
{
    private const int Mebibyte = 1024 * 1024;

    public static TheoryData<string, bool> Pushes { get; } = new(
        from profile in RegistryProfile.All from isKnown in new[] { true, false } select (profile.Name, isKnown));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static (int Small, int Large) Sizes => ExternalTools.LongForm ? (8 * Mebibyte, 60 * Mebibyte) : (1 * Mebibyte, 23 * Mebibyte);

    [Theory]
    [MemberData(nameof(Pushes))]
    public async Task An_image_is_pushed_and_read_back(string name, bool isKnown)
    {
        await using var registry = FakeRegistry.Start(Get(name), new FakeRegistryOptions { Repositories = ["team/app"] });
        await using var session = new RegistrySession();
        await PushAndReadAsync(session, registry.Address, isKnown);
        Assert.Equal(0, registry.OpenUploads);
    }

    [Theory]
    [MemberData(nameof(Pushes))]
    public async Task An_image_is_pushed_over_a_connection_that_is_interrupted_once(string name, bool isKnown)
    {
        await using var registry = FakeRegistry.Start(Get(name), new FakeRegistryOptions { Repositories = ["team/app"] });
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH|PUT", "uploads").If(request => request.Header("Content-Length") is not ("0" or { Length: < 7 })).Take(1)
            .CutUp(300_000);
        await using var session = new RegistrySession();
        await PushAndReadAsync(session, proxy.Address, isKnown);
    }

    [Theory]
    [MemberData(nameof(Pushes))]
    public async Task An_image_is_pushed_with_tokens_that_expire_during_the_push(string name, bool isKnown)
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var tokens = TokenServer.Start(new TokenServerOptions
        {
            Users = new Dictionary<string, string> { ["ann"] = "secret" },
            Lifetime = TimeSpan.FromSeconds(5),
            SaysExpiry = false,
            TimeProvider = time,
        });
        await using var registry = FakeRegistry.Start(Get(name), new FakeRegistryOptions
        {
            Repositories = ["team/app"],
            TokenServer = tokens,
            BeforeRequest = _ => time.Advance(TimeSpan.FromSeconds(1)),
        });
        await using var session = new RegistrySession(time: time);
        await PushAndReadAsync(session, registry.Address, isKnown, new RegistryCredential("ann", "secret"));
    }

    [Fact]
    public async Task A_Location_with_an_internal_host_name_is_an_error_that_contains_it()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.HarborWithInternalName);
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAnyAsync<RegistryException>(
            () => session.Repository(registry.Address, retries: 0).WriteBlobAsync(MemoryBlob.Random(10), Token));
        Assert.Contains(registry.Address, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1m", true)]
    [InlineData("1m", false)]
    [InlineData("5m", true)]
    public async Task nginx_with_a_body_limit_before_docker_registry_takes_a_push(string limit, bool isKnown)
    {
        ExternalTools.RequireAll("docker-registry", "nginx");
        await using var registry = await DockerRegistry.StartAsync(Token);
        await using var nginx = await Nginx.StartAsync(registry.Address, new NginxOptions { BodyLimit = limit }, Token);
        await using var session = new RegistrySession();
        await PushAndReadAsync(session, nginx.Address, isKnown);
    }

    private static RegistryProfile Get(string name) => RegistryProfile.All.Single(profile => profile.Name == name) is var found
        && found.LargestBody == 100_000_000 && !ExternalTools.LongForm
        ? found with { LargestBody = 10_000_000 }
        : found.LargestBody == 100_000_000 ? found with { LargestBody = 40_000_000 } : found;

    private static async Task PushAndReadAsync(RegistrySession session, string address, bool isKnown, RegistryCredential? credential = null)
    {
        var repository = session.Repository(address, credential: credential);
        var (small, large) = (MemoryBlob.Random(Sizes.Small, 1, isKnown), MemoryBlob.Random(Sizes.Large, 2, isKnown));
        var config = new MemoryBlob("""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}"""u8.ToArray());
        await Task.WhenAll(new[] { large, small, config }.Select(blob => repository.WriteBlobAsync(blob, Token)));
        var manifest = ImageManifest.Create(MediaTypes.OciManifest, config.Descriptor with { MediaType = MediaTypes.OciConfig },
            [large.Descriptor, small.Descriptor]);
        await repository.PublishAsync(manifest, ImageReference.Parse($"{address}/team/app:1"), null, Token);

        Assert.Equal(manifest.Digest, (await repository.ResolveAsync("1", Token)).Digest);
        Assert.Equal(manifest.Descriptor, await repository.HeadAsync("1", Token));
        foreach (var blob in new[] { large, small, config })
        {
            await using var stream = await repository.OpenBlobAsync(blob.Descriptor, 0, Token);
            var content = new MemoryStream(blob.Content.Length);
            await stream.CopyToAsync(content, Token);
            Assert.True(blob.Content.AsSpan().SequenceEqual(content.ToArray()));
        }
    }
}
