using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>The host and path from which a normalized name is requested.</summary>
public sealed class NameNormalizationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("docker.io", "https://registry-1.docker.io")]
    [InlineData("index.docker.io", "https://registry-1.docker.io")]
    [InlineData("registry-1.docker.io", "https://registry-1.docker.io")]
    [InlineData("quay.io", "https://quay.io")]
    [InlineData("registry.example:8443", "https://registry.example:8443")]
    [InlineData("localhost:5000", "http://localhost:5000")]
    [InlineData("127.0.0.1:5000", "http://127.0.0.1:5000")]
    [InlineData("[::1]:5000", "http://[::1]:5000")]
    public void A_registry_has_an_API_host(string registry, string expected)
    {
        var host = new RegistryHost(ImageReference.Create(registry, "a").Registry, RegistrySettings.Default,
            new RegistryClientOptions { CertificateFolders = [] });
        Assert.Equal(expected, host.BaseUrl);
    }

    [Fact]
    public async Task A_one_part_name_of_Docker_Hub_is_in_library()
    {
        await using var session = new RegistrySession();
        Assert.Equal("docker.io/library/nginx", session.Repository("docker.io", "nginx").Description);
        Assert.Equal("docker.io/library/nginx", session.Repository("index.docker.io", "nginx").Description);
    }

    [Fact]
    public async Task The_digest_takes_precedence_over_the_tag()
    {
        var image = TestImage.Of([1]);
        string? target = null;
        await using var server = LoopbackServer.Start(exchange =>
        {
            target = exchange.Target;
            return exchange.RespondAsync(200, image.Manifest, TestImage.ManifestType);
        });
        var name = ImageReference.Parse($"{server.Address}/team/app:1.0@{image.Digest}");
        await using var session = new RegistrySession();
        await session.Repository(name.Registry, name.Repository).ResolveAsync(name.TagOrDigest!, Token);
        Assert.Equal($"/v2/team/app/manifests/{image.Digest}", target);
    }

    [Fact]
    public async Task sha512_names_a_blob_as_sha256_does()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var session = new RegistrySession();
        var content = Http.RandomBytes(1000);
        var descriptor = new Descriptor(MediaTypes.OciLayer, Digest.Of(content, System.Security.Cryptography.HashAlgorithmName.SHA512),
            content.Length);
        var blob = new ImagePusher.Core.IO.StoredBlob(descriptor, "a test",
            (offset, _) => Task.FromResult<Stream>(new MemoryStream(content[(int)offset..])));
        Assert.Equal(descriptor.Digest, (await session.Repository(registry.Address).WriteBlobAsync(blob, Token)).Digest);
        Assert.Equal([descriptor.Digest.ToString()], registry.BlobsOf("team/app"));
    }

    [Theory]
    [InlineData("localhost:99999", "a")]
    [InlineData("localhost:5000", "Upper")]
    [InlineData("", "a")]
    public async Task Names_that_violate_the_grammar_are_rejected(string registry, string repository)
    {
        await using var session = new RegistrySession();
        Assert.Throws<InvalidReferenceException>(() => session.Repository(registry, repository));
    }
}
