using System.Security.Cryptography;
using ImagePusher.Core.IO;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;

namespace ImagePusher.Benchmarks.Jobs;

/// <summary>Many images of three small layers in a registry.</summary>
internal static class SmallImages
{
    /// <summary>Puts images into a registry.</summary>
    /// <returns>Their names, <c>repository:tag</c>.</returns>
    public static async Task<IReadOnlyList<string>> PutAsync(string registry, int count)
    {
        await using var client = new RegistryClient();
        var names = new List<string>();
        var repository = client.GetRepository(registry, "bench/small");
        for (var number = 0; number < count; number++)
        {
            var layers = new List<Descriptor>();
            for (var layer = 0; layer < 3; layer++)
            {
                layers.Add(await PutAsync(repository, RandomNumberGenerator.GetBytes(20_000), MediaTypes.OciLayerGzip));
            }

            var diffIds = string.Join(',', layers.Select(layer => $"\"{layer.Digest}\""));
            var text = $$$"""
                {"architecture":"amd64","os":"linux","config":{"Labels":{"n":"{{{number}}}"}},
                "rootfs":{"type":"layers","diff_ids":[{{{diffIds}}}]}}
                """;
            var config = await PutAsync(repository, System.Text.Encoding.UTF8.GetBytes(text), MediaTypes.OciConfig);
            var name = ImageReference.Parse($"{registry}/bench/small:{number}");
            await repository.PublishAsync(ImageManifest.Create(MediaTypes.OciManifest, config, layers), name, null, CancellationToken.None);
            names.Add($"{name.Repository}:{name.Tag}");
        }

        return names;
    }

    /// <summary>The bytes of the layers of a number of images.</summary>
    public static long Size(int count) => count * 3L * 20_000;

    private static async Task<Descriptor> PutAsync(RegistryRepository repository, byte[] content, string mediaType)
    {
        var descriptor = new Descriptor(mediaType, Digest.Of(content), content.Length);
        Task<Stream> OpenAsync(long offset, CancellationToken cancellationToken) =>
            Task.FromResult<Stream>(new MemoryStream(content, (int)offset, content.Length - (int)offset));
        await repository.WriteBlobAsync(new StoredBlob(descriptor, "memory", OpenAsync), CancellationToken.None);
        return descriptor;
    }
}
