using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Cache;

/// <summary>The platforms of an index that are copied into the cache and out of it.</summary>
public sealed class SelectedPlatformTests(RegistryFixture registries) : IClassFixture<RegistryFixture>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Save-ImageToCache $registry/team/multi:1 -Platform linux/amd64,linux/s390x")]
    [InlineData("Save-ImageToCache $registry/team/multi:1 -Platform 'linux/amd64,linux/s390x'")]
    [InlineData("Import-ImageTar $layout -Platform linux/amd64, linux/s390x")]
    public async Task Several_platforms_are_a_rewritten_index_with_the_attestations_about_them(string script)
    {
        var (multi, registry, engine) = await BeginAsync();
        using (engine)
        {
            var saved = await engine.SingleAsync(script, Token);
            Assert.NotEqual(multi.Digest, (string)saved.Digest);
            Assert.Equal(multi.Digest, (string)saved.SourceDigest);
            Assert.Equal<string>(["linux/amd64", "linux/s390x"], (IEnumerable<string>)saved.Platform);
            Assert.True((bool)saved.IsComplete);
            var index = RawManifest.OfLayoutByDigest(engine.CachePath, (string)saved.Digest);
            Assert.Equal<string>([multi.Images[0], multi.Images[2], multi.Attestations[0], multi.Attestations[2]], index.Manifests);
            Assert.False(File.Exists(RawManifest.BlobOfLayout(engine.CachePath, multi.Layers[1])));

            var pushed = await engine.SingleAsync("Get-CachedImage | Push-CachedImage -Destination $registry/copy/", Token);
            Assert.Equal((string)saved.Digest, (string)pushed.Digest);
            Assert.Equal(multi.Digest, (string)pushed.SourceDigest);
            Assert.Equal(index.Raw, (await RawManifest.OfRegistryAsync(registry, "copy/team/multi", "1", Token)).Raw);
        }
    }

    [Theory]
    [InlineData("Save-ImageToCache $registry/team/multi:1 -AllPlatforms")]
    [InlineData("Save-ImageToCache $registry/team/multi:1 -Platform linux/amd64,linux/arm64/v8,linux/s390x")]
    [InlineData("Import-ImageTar $layout")]
    public async Task All_platforms_are_the_index_unchanged(string script)
    {
        var (multi, _, engine) = await BeginAsync();
        using (engine)
        {
            var saved = await engine.SingleAsync(script, Token);
            Assert.Equal(multi.Digest, (string)saved.Digest);
            Assert.Null(saved.SourceDigest);
            Assert.Equal(MultiPlatform.Platforms, (IEnumerable<string>)saved.Platform);
            Assert.All(multi.Images.Concat(multi.Layers).Concat(multi.Attestations),
                blob => Assert.True(File.Exists(RawManifest.BlobOfLayout(engine.CachePath, blob))));
        }
    }

    [Theory]
    [InlineData("Save-ImageToCache $registry/team/multi:1 -Platform linux/arm64/v8")]
    [InlineData("Save-ImageToCache $registry/team/multi:1 -Platform linux/arm64")]
    [InlineData("Import-ImageTar $layout -Platform linux/arm64/v8")]
    public async Task One_platform_is_its_manifest(string script)
    {
        var (multi, _, engine) = await BeginAsync();
        using (engine)
        {
            var saved = await engine.SingleAsync(script, Token);
            Assert.Equal((multi.Images[1], multi.Digest), ((string)saved.Digest, (string)saved.SourceDigest));
            Assert.Equal<string>(["linux/arm64/v8"], (IEnumerable<string>)saved.Platform);
        }
    }

    [Theory]
    [InlineData("Save-ImageToCache $registry/team/multi:1 -Platform linux/amd64,linux/riscv64")]
    [InlineData("Import-ImageTar $layout -Platform linux/riscv64")]
    public async Task A_missing_platform_is_an_error_with_the_list_of_existing_ones(string script)
    {
        var (_, _, engine) = await BeginAsync();
        using (engine)
        {
            await engine.FailsAsync(script, "PlatformNotFound", ["linux/riscv64", .. MultiPlatform.Platforms]);
            Assert.Empty(await engine.OutputAsync("Get-CachedImage", Token));
        }
    }

    [Fact]
    public async Task An_incomplete_index_is_pushed_only_with_AllowPartial_and_gets_another_digest()
    {
        var (multi, registry, engine) = await BeginAsync();
        using (engine)
        {
            await engine.OutputAsync("Import-ImageTar $layout", Token);
            File.Delete(RawManifest.BlobOfLayout(engine.CachePath, multi.Layers[1]));
            Assert.False((bool)(await engine.SingleAsync("Get-CachedImage", Token)).IsComplete);

            await engine.FailsAsync("Push-CachedImage * -Destination $registry/copy/", "IncompleteImage", multi.Digest, "linux/arm64/v8",
                multi.Layers[1]);
            Assert.Equal(0, await registry.CountAsync("PUT", "/v2/copy/", Token));

            var outcome = (await engine.RunAsync("Push-CachedImage * -Destination $registry/copy/ -AllowPartial", Token)).WithoutErrors();
            Assert.Contains("linux/arm64/v8", Assert.Single(outcome.Warnings), StringComparison.Ordinal);
            dynamic pushed = Assert.Single(outcome.Output);
            Assert.NotEqual(multi.Digest, (string)pushed.Digest);
            Assert.Equal(multi.Digest, (string)pushed.SourceDigest);
            var index = await RawManifest.OfRegistryAsync(registry, "copy/team/multi", "1", Token);
            Assert.Equal((string)pushed.Digest, index.Digest);

            // The attestation for the missing platform is omitted too.
            Assert.Equal<string>([multi.Images[0], multi.Images[2], multi.Attestations[0], multi.Attestations[2]], index.Manifests);
        }
    }

    [Fact]
    public async Task A_docker_archive_contains_the_platform_of_this_machine_from_an_index()
    {
        var (multi, _, engine) = await BeginAsync();
        using (engine)
        {
            engine["tar"] = _folder["docker.tar"];
            await engine.OutputAsync("Import-ImageTar $layout | Export-ImageTar -Path $tar -Format Docker", Token);
            var entry = await engine.SingleAsync("Get-ImageTar $tar", Token);
            var own = System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64
                ? 1 : 0;
            Assert.Equal<string>([MultiPlatform.Platforms[own]], (IEnumerable<string>)entry.Platform);
            Assert.Equal(RawManifest.OfLayoutByDigest(engine.CachePath, multi.Images[own]).Config, (string)entry.ImageId);
        }
    }

    public void Dispose() => _folder.Dispose();

    private async Task<(MultiPlatform Multi, DockerRegistry Registry, Engine Engine)> BeginAsync()
    {
        var multi = MultiPlatform.Write(_folder["multi"]);
        var registry = await registries.OpenAsync(Token);
        var engine = new Engine { ["layout"] = multi.Layout, ["registry"] = registry.Address };
        await engine.OutputAsync("Push-ImageTar $layout -Destination $registry", Token);
        await registry.ForgetRequestsAsync(Token);
        return (multi, registry, engine);
    }
}
