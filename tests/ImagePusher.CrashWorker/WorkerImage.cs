using System.Text;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.CrashWorker;

/// <summary>An image whose number and layers decide every byte, so that several processes write the same blobs.</summary>
internal sealed class WorkerImage
{
    private readonly List<byte[]> _blobs;

    public WorkerImage(int number, IReadOnlyList<int> layers)
    {
        var contents = layers.Select(Layer).ToList();
        var config = Encoding.UTF8.GetBytes(
            $$$"""
                {"created":"2024-05-06T07:08:09Z","architecture":"amd64","os":"linux","config":{"Cmd":["/bin/{{{number}}}"]},
                "rootfs":{"type":"layers","diff_ids":[{{{string.Join(',', contents.Select(layer => $"\"{Digest.Of(layer)}\""))}}}]}}
                """);
        Manifest = ImageManifest.Create(
            MediaTypes.OciManifest,
            new Descriptor(MediaTypes.OciConfig, Digest.Of(config), config.Length),
            contents.Select(layer => new Descriptor(MediaTypes.OciLayer, Digest.Of(layer), layer.Length)));
        _blobs = [.. contents, config];
    }

    public ImageManifest Manifest { get; }

    /// <summary>Puts the image into the cache in the copier's order, and slowly, as it comes from a registry.</summary>
    public async Task SaveAsync(ImageCache cache, string name)
    {
        foreach (var blob in _blobs)
        {
            if (!await cache.HasBlobAsync(new Descriptor("", Digest.Of(blob), blob.Length), CancellationToken.None))
            {
                await cache.WriteBlobAsync(new PieceBlob(blob), CancellationToken.None);
            }
        }

        await cache.PublishAsync(Manifest, ImageReference.Parse(name), null, CancellationToken.None);
    }

    // 1 KB to 2 MB, most of them small: of the large ones a part is left when their writer is killed.
    private static byte[] Layer(int number)
    {
        var random = new Random(number);
        var bytes = new byte[1024 + (int)(Math.Pow(random.NextDouble(), 3) * 2_000_000)];
        random.NextBytes(bytes);
        return bytes;
    }
}
