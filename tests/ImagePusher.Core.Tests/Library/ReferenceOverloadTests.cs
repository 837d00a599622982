using ImagePusher.Core.Cache;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Tests.Library;

/// <summary>Endpoints and repositories are opened by the library's own objects too, and blobs are verified for the caller.</summary>
public sealed class ReferenceOverloadTests : LibraryTest
{
    [Fact]
    public async Task An_image_is_copied_between_a_reference_and_a_cache()
    {
        await CopyAsync(ImageEndpoint.Archive(DockerArchive("app.tar", "quay.io/team/app:1")), ImageEndpoint.Registry(Registry));
        var reference = ImageReference.Parse($"{Registry}/team/app:1");
        var cache = ImageCache.Open(Folder["cache"]);
        var saved = await CopyAsync(ImageEndpoint.Registry(reference), ImageEndpoint.Cache(cache));
        Assert.Equal(saved.Manifest.Digest, Assert.Single(await cache.ListAsync(Token)).Digest);

        var target = ImageReference.Parse($"{Registry}/other/name:2");
        var pushed = await CopyAsync(ImageEndpoint.Cache(cache, reference.ToString()), ImageEndpoint.Registry(target));
        Assert.Equal((target, saved.Manifest.Digest), (pushed.Name, pushed.Manifest.Digest));

        await using var client = new RegistryClient();
        Assert.Equal(saved.Manifest.Digest, (await client.GetRepository(target).DescribeAsync("2", Token)).Digest);
    }

    [Fact]
    public async Task A_changed_blob_of_a_cache_is_found_at_its_end()
    {
        var cache = ImageCache.Open(Folder["cache"]);
        await CopyAsync(ImageEndpoint.Archive(DockerArchive("app.tar", "quay.io/team/app:1")), ImageEndpoint.Cache(cache));
        var image = Assert.IsType<ImageManifest>(await cache.ResolveAsync("quay.io/team/app:1", Token));
        var path = Path.Combine(cache.Path, "blobs", "sha256", image.Config.Digest.Encoded);
        File.SetAttributes(path, FileAttributes.Normal);
        var bytes = await File.ReadAllBytesAsync(path, Token);
        await using (var intact = await cache.OpenBlobAsync(image.Config, cancellationToken: Token))
        {
            await intact.CopyToAsync(Stream.Null, Token);
        }

        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Token);
        await using var changed = await cache.OpenBlobAsync(image.Config, cancellationToken: Token);
        await Assert.ThrowsAsync<DigestMismatchException>(() => changed.CopyToAsync(Stream.Null, Token));
    }

    [Fact]
    public async Task A_provider_falls_back_to_the_files_of_docker()
    {
        const string Config = """{"auths":{"registry.example.com":{"auth":"dXNlcjpwYXNzd29yZA=="}}}""";
        var files = RegistryClientOptions.CreateDockerCredentialProvider(name => name == "DOCKER_AUTH_CONFIG" ? Config : null);
        var found = await files.GetCredentialAsync("registry.example.com", "team/app", cancellationToken: Token);
        Assert.Equal(("user", "password"), (found?.UserName, found?.Secret));
        Assert.Null(await files.GetCredentialAsync("other.example.com", "team/app", cancellationToken: Token));
    }

    private static Task<CopyResult> CopyAsync(ImageEndpoint source, ImageEndpoint target) =>
        ImageTransfer.CopyAsync(source, target, cancellationToken: Token);
}
