using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Cache;

/// <summary>Runs other tools on a cache with one of everything: the table in docs/operate/cache.md lists the results.</summary>
public sealed class CacheInteroperabilityTests : CacheTest
{
    private static readonly byte[] Empty = "{}"u8.ToArray();

    [Fact]
    public async Task The_documented_table_matches_the_other_tools()
    {
        ExternalTools.RequireAll("skopeo", "umoci", "podman");
        await FillAsync();
        var versions = $"| in the cache | skopeo {await VersionAsync("skopeo")} inspect | skopeo copy --all | umoci "
            + $"{await VersionAsync("umoci")} ls | umoci unpack | podman {await VersionAsync("podman")} pull |";
        var rows = new List<string> { versions, "| --- | --- | --- | --- | --- | --- |" };
        foreach (var (what, name) in Contents)
        {
            rows.Add($"| {what} | {string.Join(" | ", await AskAsync(name))} |");
        }

        TestContext.Current.TestOutputHelper!.WriteLine(string.Join('\n', rows));
        var documented = await File.ReadAllTextAsync(DocumentPath(), Token);
        Assert.SkipUnless(documented.Contains(versions, StringComparison.Ordinal),
            $"docs/operate/cache.md was written for other versions: {versions}");
        Assert.Contains(string.Join('\n', rows), documented, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_garbage_collection_of_umoci_deletes_blobs_of_Docker_images_as_documented()
    {
        ExternalTools.RequireAll("umoci");
        await FillAsync();
        await LayoutTool.RunAsync("umoci", "gc", "--layout", Root);
        var broken = new List<string>();
        foreach (var entry in await Cache.ListAsync(Token))
        {
            if (!(await Cache.VerifyAsync(entry, full: true, Token)).IsIntact)
            {
                broken.Add(entry.Name!);
            }
        }

        Assert.Equal(["example.com/team/docker:1.0", "example.com/team/list:1.0"], broken);
    }

    private static (string What, string Name)[] Contents =>
    [
        ("OCI image, gzip layers", "example.com/team/gzip:1.0"),
        ("OCI image, uncompressed layers", "example.com/team/plain:1.0"),
        ("OCI image, zstd layers", "example.com/team/zstd:1.0"),
        ("OCI index of two platforms", "example.com/team/index:1.0"),
        ("artifact (not an image)", "example.com/team/chart:1.0"),
        ("image with Docker media types", "example.com/team/docker:1.0"),
        ("Docker manifest list", "example.com/team/list:1.0"),
        ("name by digest", $"example.com/team/digest@{Gzip().Manifest.Digest}"),
        ("name with `__` (`a__b`)", "example.com/team/a__b:1.0"),
        ("tag that begins with `_` (`_t`)", "example.com/team/tag:_t"),
    ];

    private async Task<string[]> AskAsync(string name)
    {
        var image = $"oci:{Root}:{name}";
        var scratch = Directory.CreateDirectory(Path.Combine(Folder, "scratch")).FullName;
        var answers = new[]
        {
            await DoesAsync("skopeo", "inspect", image),
            await DoesAsync("skopeo", "--insecure-policy", "copy", "--all", image, $"dir:{scratch}/dir"),
            (await LayoutTool.RunAsync("umoci", "ls", "--layout", Root)).Split('\n').Contains(name) ? "yes" : "no",
            await DoesAsync("umoci", "unpack", "--rootless", "--image", $"{Root}:{name}", $"{scratch}/bundle"),
            await DoesAsync("podman", "--root", $"{scratch}/store", "--runroot", $"{scratch}/run", "--storage-driver", "vfs", "pull", "-q",
                image),
        };
        Directory.Delete(scratch, recursive: true);
        return answers;
    }

    private static async Task<string> DoesAsync(string tool, params string[] arguments)
    {
        var (exitCode, output) = await LayoutTool.TryAsync(tool, arguments);
        if (exitCode != 0)
        {
            TestContext.Current.TestOutputHelper!.WriteLine($"{tool} {arguments[^2]} {arguments[^1]}: {output.Trim()}");
        }

        return exitCode == 0 ? "yes" : "no";
    }

    private static async Task<string> VersionAsync(string tool) =>
        (await LayoutTool.RunAsync(tool, "--version")).Split(' ',
            StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)[2].Split('+')[0];

    private static string DocumentPath([CallerFilePath] string here = "") =>
        Find(here.StartsWith("/_/", StringComparison.Ordinal) ? AppContext.BaseDirectory : here);

    private static string Find(string start)
    {
        for (var folder = Path.GetDirectoryName(start); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "ImagePusher.sln")))
            {
                return Path.Combine(folder, "docs", "operate", "cache.md");
            }
        }

        throw new InvalidOperationException($"No ImagePusher.sln above {start}.");
    }

    private async Task FillAsync()
    {
        var gzip = Gzip();
        var docker = Image(Tar("docker"), Compress, MediaTypes.DockerManifest, MediaTypes.DockerConfig, MediaTypes.DockerLayerGzip);
        var arm = Image(Tar("arm"), Compress, MediaTypes.OciManifest, MediaTypes.OciConfig, MediaTypes.OciLayerGzip, "arm64");
        await gzip.SaveAsync(Cache, "example.com/team/gzip:1.0", cancellationToken: Token);
        await Image(Tar("plain"), bytes => bytes, MediaTypes.OciManifest, MediaTypes.OciConfig, MediaTypes.OciLayer)
            .SaveAsync(Cache, "example.com/team/plain:1.0", cancellationToken: Token);
        await Image(Tar("zstd"), CompressZstd, MediaTypes.OciManifest, MediaTypes.OciConfig, MediaTypes.OciLayerZstd)
            .SaveAsync(Cache, "example.com/team/zstd:1.0", cancellationToken: Token);
        await MemoryImage.Index((new Platform("linux", "amd64"), gzip), (new Platform("linux", "arm64"), arm))
            .SaveAsync(Cache, "example.com/team/index:1.0", cancellationToken: Token);
        await Chart().SaveAsync(Cache, "example.com/team/chart:1.0", cancellationToken: Token);
        await docker.SaveAsync(Cache, "example.com/team/docker:1.0", cancellationToken: Token);
        await MemoryImage.Index(MediaTypes.DockerList, (new Platform("linux", "amd64"), docker))
            .SaveAsync(Cache, "example.com/team/list:1.0", cancellationToken: Token);
        await gzip.SaveAsync(Cache, $"example.com/team/digest@{gzip.Manifest.Digest}", cancellationToken: Token);
        await gzip.SaveAsync(Cache, "example.com/team/a__b:1.0", cancellationToken: Token);
        await gzip.SaveAsync(Cache, "example.com/team/tag:_t", cancellationToken: Token);
    }

    private static MemoryImage Gzip() =>
        Image(Tar("gzip"), Compress, MediaTypes.OciManifest, MediaTypes.OciConfig, MediaTypes.OciLayerGzip);

    private static MemoryImage Image(byte[] tar, Func<byte[], byte[]> encode, string manifestType, string configType, string layerType,
        string architecture = "amd64")
    {
        var config = System.Text.Encoding.UTF8.GetBytes(
            $$$"""
                {"created":"2024-05-06T07:08:09Z","architecture":"{{{architecture}}}","os":"linux","config":{},
                "rootfs":{"type":"layers","diff_ids":["{{{Digest.Of(tar)}}}"]},"history":[{"created":"2024-05-06T07:08:09Z"}]}
                """);
        var layer = encode(tar);
        var manifest = ImageManifest.Create(
            manifestType, new Descriptor(configType, Digest.Of(config), config.Length),
            [new Descriptor(layerType, Digest.Of(layer), layer.Length)]);
        return MemoryImage.From(manifest, config, layer);
    }

    private static MemoryImage Chart()
    {
        var content = "chart"u8.ToArray();
        return MemoryImage.From(
            $$"""
                {"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","artifactType":"application/x.chart",
                "config":{"mediaType":"{{MediaTypes.OciEmpty}}","digest":"{{Digest.Of(Empty)}}","size":2},
                "layers":[{"mediaType":"application/x.chart.content","digest":"{{Digest.Of(content)}}","size":5}]}
                """,
            Empty,
            content);
    }

    private static byte[] Tar(string text)
    {
        var buffer = new MemoryStream();
        using (var tar = new TarWriter(buffer, TarEntryFormat.Ustar, leaveOpen: true))
        {
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "opt.txt")
            {
                DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)),
                ModificationTime = DateTimeOffset.UnixEpoch,
            });
        }

        return buffer.ToArray();
    }

    private static byte[] Compress(byte[] bytes)
    {
        var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return buffer.ToArray();
    }

    private static byte[] CompressZstd(byte[] bytes)
    {
        using var compressor = new ZstdSharp.Compressor();
        return compressor.Wrap(bytes).ToArray();
    }
}
