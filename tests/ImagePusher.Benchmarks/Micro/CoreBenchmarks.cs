using System.Formats.Tar;
using BenchmarkDotNet.Attributes;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Compression;
using ImagePusher.Core.IO;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Benchmarks.Micro;

/// <summary>The parts that every transfer is made of.</summary>
[MemoryDiagnoser]
public class CoreBenchmarks
{
    private readonly byte[] _content = new byte[64 << 20];
    private string _cache = "";
    private string _tar = "";

    /// <summary>Makes text that compresses as programs do, a cache of 10,000 images, and a docker-save of 5,000 files.</summary>
    [GlobalSetup]
    public async Task SetUpAsync()
    {
        var random = new Random(7);
        for (var i = 0; i < _content.Length; i++)
        {
            _content[i] = (byte)(random.Next(100) < 60 ? random.Next(16) : random.Next(256));
        }

        _cache = Directory.CreateTempSubdirectory("imagepusher-bench-").FullName;
        var cache = ImageCache.Open(_cache);
        var config = "{}"u8.ToArray();
        var descriptor = new Descriptor(MediaTypes.OciEmpty, Digest.Of(config), config.Length);
        var blob = new StoredBlob(descriptor, "memory", (_, _) => Task.FromResult<Stream>(new MemoryStream(config)));
        await cache.WriteBlobAsync(blob, CancellationToken.None).ConfigureAwait(false);
        var manifest = ImageManifest.Create(MediaTypes.OciManifest, descriptor, []);
        await Parallel.ForAsync(0, 10_000, async (number, token) =>
            await cache.PublishAsync(manifest, ImageReference.Parse($"example.com/app:{number}"), null, token).ConfigureAwait(false))
            .ConfigureAwait(false);
        _tar = MakeTar(Path.GetTempFileName());
    }

    /// <summary>Removes the created files.</summary>
    [GlobalCleanup]
    public void CleanUp()
    {
        Directory.Delete(_cache, recursive: true);
        File.Delete(_tar);
    }

    /// <summary>A docker-save opened: every header read once, no layer.</summary>
    [Benchmark]
    public async Task<int> Index()
    {
        var archive = await ImageArchive.OpenAsync(_tar, null, CancellationToken.None).ConfigureAwait(false);
        await using (archive.ConfigureAwait(false))
        {
            return archive.Images.Count;
        }
    }

    /// <summary>SHA-256 of 64 MiB.</summary>
    [Benchmark]
    public Digest Hash() => Digest.Of(_content);

    /// <summary>64 MiB compressed at a level.</summary>
    [Benchmark]
    [Arguments(nameof(LayerFormat.Gzip), 1)]
    [Arguments(nameof(LayerFormat.Gzip), 2)]
    [Arguments(nameof(LayerFormat.Gzip), 3)]
    [Arguments(nameof(LayerFormat.Zstd), 1)]
    [Arguments(nameof(LayerFormat.Zstd), 2)]
    [Arguments(nameof(LayerFormat.Zstd), 3)]
    public async Task<long> Encode(string format, int level)
    {
        var layer = await LayerEncoder.EncodeAsync(
            new MemoryStream(_content),
            Stream.Null,
            EncodingSettings.Create(Enum.Parse<LayerFormat>(format), level),
            CancellationToken.None).ConfigureAwait(false);
        return layer.Encoded.Size;
    }

    /// <summary>One reference read.</summary>
    [Benchmark]
    public ImageReference Parse() => ImageReference.Parse("registry.example.com:5000/team/project/app:1.27.3");

    /// <summary>10,000 images listed by a program that has just started.</summary>
    [Benchmark]
    public async Task<int> List() => (await ImageCache.Open(_cache).ListAsync(CancellationToken.None).ConfigureAwait(false)).Count;

    /// <summary>One name added to 10,000.</summary>
    [Benchmark]
    public async Task Add()
    {
        var cache = ImageCache.Open(_cache);
        var manifest = await cache.ResolveAsync("example.com/app:1", CancellationToken.None).ConfigureAwait(false);
        await cache.PublishAsync(manifest, ImageReference.Parse("example.com/app:1"), null, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>A garbage collection over 10,000 images.</summary>
    [Benchmark]
    public async Task<GarbageReport> Collect() =>
        await ImageCache.Open(_cache).CollectGarbageAsync(dryRun: true, cancellationToken: CancellationToken.None).ConfigureAwait(false);

    private static string MakeTar(string path)
    {
        using var tar = new TarWriter(File.Create(path), TarEntryFormat.Ustar);
        void Add(string name, byte[] content) =>
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
        for (var number = 0; number < 5_000; number++)
        {
            Add($"{number:x8}/layer.tar", new byte[1024]);
        }

        Add("config.json", System.Text.Encoding.UTF8.GetBytes(
            $$$"""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["{{{Digest.Of(new byte[1024])}}}"]}}"""));
        Add(
            "manifest.json",
            """[{"Config":"config.json","RepoTags":["example.com/bench:1"],"Layers":["00000000/layer.tar"]}]"""u8.ToArray());
        return path;
    }
}
