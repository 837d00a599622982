using System.Formats.Tar;
using ImagePusher.Core.Inspection;
using ImagePusher.Core.Tests.Archives;
using ImagePusher.Core.Transfer;
using ImagePusher.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImagePusher.Core.Tests.Inspection;

/// <summary>Images that repeat a layer or a file many times do not use more memory and disk space than their content.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class HostileImageFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1000, 2001)]
    [InlineData(500, 4001)]
    [InlineData(100, 20_001)]
    public async Task Entries_of_a_layer_count_as_often_as_it_is_named(int repetitions, int entries)
    {
        var layer = Tar(Enumerable.Range(0, entries).Select(number => (TarEntryType.Directory, $"f{number}", "")));
        await using var layout = await LayoutImage.CreateAsync(_folder, "image", [.. Enumerable.Repeat(layer, repetitions)]);
        await Assert.ThrowsAsync<LimitExceededException>(() => ReadAsync(layout.Image, null));
        await Assert.ThrowsAsync<LimitExceededException>(() => ReadAsync(layout.Image, "nowhere"));
    }

    [Theory]
    [InlineData("$deep/x")]
    [InlineData("link")]
    [InlineData("second")]
    public async Task Layers_are_examined_once_for_a_path_that_none_of_them_decides(string path)
    {
        var deep = string.Join('/', Enumerable.Repeat("d", 500));
        var marker = Tar([(TarEntryType.RegularFile, ".wh.other", "")]);
        var top = Tar([(TarEntryType.HardLink, "link", deep + "/x"), (TarEntryType.HardLink, "second", "link")]);
        await using var layout = await LayoutImage.CreateAsync(_folder, "image", [.. Enumerable.Repeat(marker, 200), top]);
        var before = GC.GetTotalAllocatedBytes();
        _ = await ReadAsync(layout.Image, path.Replace("$deep", deep, StringComparison.Ordinal));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 50L * 1024 * 1024);
    }

    [Theory]
    [InlineData(1024, 1)]
    [InlineData(300, 3)]
    [InlineData(64, 16)]
    public async Task Hard_links_are_not_copied_out_of_proportion(int megabytes, int links)
    {
        var size = megabytes * 1024L * 1024;
        var layer = GZip(stream =>
        {
            stream.Write(TestTar.Header("zeros", '0', size));
            var zeros = new byte[1024 * 1024];
            for (var number = 0; number < megabytes; number++)
            {
                stream.Write(zeros);
            }

            for (var number = 0; number <= links; number++)
            {
                stream.Write(TestTar.Header($"link{number}", '1', 0, "zeros"));
            }

            stream.Write(new byte[1024]);
        });
        await using var layout = await LayoutImage.CreateAsync(_folder, "image", layer);
        await Assert.ThrowsAsync<LimitExceededException>(() => SaveAsync(layout.Image, new FolderTarget(_folder["out"], overwrite: false)));
        Assert.False(Directory.Exists(_folder["out"]));
        if (megabytes == 64)
        {
            await SaveAsync(layout.Image, new TarTarget(_folder["out.tar"], overwrite: false));
            Assert.InRange(new FileInfo(_folder["out.tar"]).Length, size, size + (1024 * 1024));
        }
    }

    [Theory]
    [InlineData("gzip", 64, 18)]
    [InlineData("gzip", 1, 1100)]
    [InlineData("zstd", 64, 18)]
    public async Task A_layer_that_is_decompressed_for_another_format_cannot_expand_without_limit(string compression, int megabytes,
        int members)
    {
        // Members and frames in succession are one stream.
        var zeros = new byte[megabytes * 1024 * 1024];
        using var zstd = new ZstdSharp.Compressor(1);
        var member = compression == "zstd" ? zstd.Wrap(zeros).ToArray() : GZip(stream => stream.Write(zeros));
        await using var layout =
            await LayoutImage.CreateAsync(_folder, "image", [.. Enumerable.Repeat(member, members).SelectMany(bytes => bytes)]);
        var layer = layout.Image.Manifest.Layers[0];
        var blob = new DecodedBlob(layout.Image.Source, layer, layer.Digest, new BlobProgress(layer, isLayer: true));
        await Assert.ThrowsAsync<LimitExceededException>(() => blob.WriteToAsync(Stream.Null, 0, Token));
    }

    private static async Task SaveAsync(InspectedImage image, IFileTarget target)
    {
        await using (target)
        {
            var files = await ReadAsync(image, null);
            await new FileSaver(files, target, NullLogger.Instance).SaveAsync(Token);
        }
    }

    private static Task<ImageFiles> ReadAsync(InspectedImage image, string? path) => ImageFiles.ReadAsync(
        image, path is null ? FileSelection.All : new FileSelection([path], null, null), new LayerIndex(hashesContent: false),
        NullLogger.Instance, Token);

    private static byte[] Tar(IEnumerable<(TarEntryType Type, string Name, string Link)> entries)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var (type, name, link) in entries)
            {
                var entry = new PaxTarEntry(type, name);
                if (link.Length > 0)
                {
                    entry.LinkName = link;
                }

                writer.WriteEntry(entry);
            }
        }

        return tar.ToArray();
    }

    private static byte[] GZip(Action<Stream> write)
    {
        using var result = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(result, System.IO.Compression.CompressionLevel.Optimal))
        {
            write(gzip);
        }

        return result.ToArray();
    }
}
