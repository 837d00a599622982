using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Cache;
using ImagePusher.Core.IO;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Tests.Cache;

/// <summary>An image made in memory, and how to put it into a cache as the copier does.</summary>
internal sealed class MemoryImage
{
    private readonly Dictionary<Digest, byte[]> _blobs = [];

    private MemoryImage(Manifest manifest, IEnumerable<byte[]> blobs, IReadOnlyList<MemoryImage> children)
    {
        (Manifest, Children) = (manifest, children);
        foreach (var blob in blobs)
        {
            _blobs[Digest.Of(blob)] = blob;
        }
    }

    public Manifest Manifest { get; }

    public IReadOnlyList<MemoryImage> Children { get; }

    public IReadOnlyDictionary<Digest, byte[]> Blobs => _blobs;

    public static MemoryImage Create(params byte[][] layers) => Create("amd64", layers);

    public static MemoryImage Create(string architecture, params byte[][] layers)
    {
        var diffIds = string.Join(',', layers.Select(layer => $"\"{Digest.Of(layer)}\""));
        var config = System.Text.Encoding.UTF8.GetBytes(
            $$$"""
                {"created":"2024-05-06T07:08:09Z","architecture":"{{{architecture}}}","os":"linux","config":{},
                "rootfs":{"type":"layers","diff_ids":[{{{diffIds}}}]}}
                """);
        var manifest = ImageManifest.Create(
            MediaTypes.OciManifest,
            new Descriptor(MediaTypes.OciConfig, Digest.Of(config), config.Length),
            layers.Select(layer => new Descriptor(MediaTypes.OciLayer, Digest.Of(layer), layer.Length)));
        return new MemoryImage(manifest, layers.Append(config), []);
    }

    /// <summary>An image of random layers of these sizes.</summary>
    public static MemoryImage Random(int seed, params int[] sizes)
    {
        var random = new Random(seed);
        return Create([.. sizes.Select(size => RandomBytes(random, size))]);
    }

    public static MemoryImage Index(params (Platform Platform, MemoryImage Image)[] children) => Index(MediaTypes.OciIndex, children);

    public static MemoryImage Index(string mediaType, params (Platform Platform, MemoryImage Image)[] children)
    {
        var index = ImageIndex.Create(
            mediaType, children.Select(child => child.Image.Manifest.Descriptor with { Platform = child.Platform }));
        return new MemoryImage(index, [], [.. children.Select(child => child.Image)]);
    }

    public static MemoryImage From(string manifestJson, params byte[][] blobs) =>
        From(Manifest.Parse(System.Text.Encoding.UTF8.GetBytes(manifestJson)), blobs);

    public static MemoryImage From(Manifest manifest, params byte[][] blobs) => new(manifest, blobs, []);

    public static byte[] RandomBytes(Random random, int size)
    {
        var bytes = new byte[size];
        random.NextBytes(bytes);
        return bytes;
    }

    public static BlobSource Source(byte[] bytes, Descriptor? descriptor = null) => new StoredBlob(
        descriptor ?? new Descriptor("", Digest.Of(bytes), bytes.Length),
        "a test",
        (offset, _) => Task.FromResult<Stream>(new MemoryStream(bytes) { Position = offset }));

    /// <summary>Writes blobs, then children by digest, then the name.</summary>
    public async Task SaveAsync(ImageCache cache, string name, Digest? source = null, CancellationToken cancellationToken = default)
    {
        await WriteAsync(cache, cancellationToken);
        await cache.PublishAsync(Manifest, ImageReference.Parse(name), source, cancellationToken);
    }

    public async Task WriteAsync(ImageCache cache, CancellationToken cancellationToken)
    {
        foreach (var reference in Manifest.References.Where(reference => _blobs.ContainsKey(reference.Digest)))
        {
            if (!await cache.HasBlobAsync(reference, cancellationToken))
            {
                await cache.WriteBlobAsync(Source(_blobs[reference.Digest]), cancellationToken);
            }
        }

        foreach (var child in Children)
        {
            await child.WriteAsync(cache, cancellationToken);
            await cache.PutManifestAsync(child.Manifest, cancellationToken);
        }
    }
}
