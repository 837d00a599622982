using System.Security.Cryptography;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Inspection;
using ImagePusher.Core.Tests.Archives;
using ImagePusher.Core.Transfer;
using ImagePusher.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImagePusher.Core.Tests.Inspection;

/// <summary>Files of a large layer are saved and compared with little memory: 4 GiB in the long form.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class LargeLayerTests(ITestOutputHelper output) : IDisposable
{
    private const long MemoryBound = 64L * 1024 * 1024;

    private static readonly long Size = ExternalTools.LongForm ? 4L * 1024 * 1024 * 1024 : 160L * 1024 * 1024;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_large_file_is_saved_and_compared_with_bounded_memory()
    {
        await using var first = await ImageArchive.OpenAsync(await WriteAsync("first", "one"), null, Token);
        await using var second = await ImageArchive.OpenAsync(await WriteAsync("second", "two"), null, Token);
        var (before, after) = (await ChooseAsync(first), await ChooseAsync(second));
        GC.Collect();
        var start = Environment.WorkingSet;
        var peak = 0L;
        await using var timer = new Timer(_ => peak = Math.Max(peak, Environment.WorkingSet), null, 0, 20);
        var differences = await new ImageComparer(before, after).CompareFilesAsync(NullLogger.Instance, Token);
        foreach (var early in new[] { true, false })
        {
            await SaveAsync(before, new TarTarget(_folder["out.tar"], overwrite: false), early);
            File.Delete(_folder["out.tar"]);
        }

        await SaveAsync(before, new FolderTarget(_folder["out"], overwrite: false));
        output.WriteLine($"{Size:N0} bytes: {peak - start:N0} bytes more at the peak");
        Assert.InRange(peak - start, long.MinValue, MemoryBound);
        Assert.Equal(Size, new FileInfo(_folder["out/large"]).Length);
        Assert.Equal([("/small", -1), ("/small", 1)], differences.Where(file => file.Side != 0).Select(file => (file.Name, file.Side)));
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<InspectedImage> ChooseAsync(ImageArchive archive) =>
        await new ImageChooser(new ImageSelection(archive, archive.Images[0].Root), NullLogger.Instance).ChooseOneAsync([], Token);

    private static async Task SaveAsync(InspectedImage image, IFileTarget target, bool early = true)
    {
        await using (target)
        {
            var index = new LayerIndex(hashesContent: false, early ? new EarlyContent(FileSelection.All, target) : null);
            var files = await ImageFiles.ReadAsync(image, FileSelection.All, index, NullLogger.Instance, Token);
            await new FileSaver(files, target, NullLogger.Instance).SaveAsync(Token);
        }
    }

    // The layer is sparse on the disk: a file of zeros and a small one.
    private async Task<string> WriteAsync(string name, string text)
    {
        var layout = _folder[name];
        Directory.CreateDirectory(Path.Combine(layout, "blobs", "sha256"));
        var path = Path.Combine(layout, "layer");
        await using (var layer = File.Create(path))
        {
            await layer.WriteAsync(TestTar.Header("large", '0', Size), Token);
            layer.Position += Size;
            await layer.WriteAsync(TestTar.Header("small", '0', text.Length), Token);
            await layer.WriteAsync(System.Text.Encoding.ASCII.GetBytes(text.PadRight(512, '\0')), Token);
            layer.SetLength(layer.Position + 1024);
        }

        await using var read = File.OpenRead(path);
        var digest = $"sha256:{Convert.ToHexStringLower(await SHA256.HashDataAsync(read, Token))}";
        File.Move(path, Path.Combine(layout, "blobs", "sha256", digest[7..]));
        var config = Add(layout, $$$"""{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["{{{digest}}}"]}}""");
        var manifest = Add(layout,
            $$"""
                {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
                "config":{"mediaType":"application/vnd.oci.image.config.v1+json",{{config}}},
                "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{{digest}}","size":{{read.Length}}}]}
                """);
        await File.WriteAllTextAsync(Path.Combine(layout, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""", Token);
        await File.WriteAllTextAsync(Path.Combine(layout, "index.json"),
            $$"""{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json",{{manifest}}}]}""", Token);
        return layout;
    }

    private static string Add(string layout, string json)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(json);
        var digest = Http.DigestOf(bytes);
        File.WriteAllBytes(Path.Combine(layout, "blobs", "sha256", digest[7..]), bytes);
        return $"\"digest\":\"{digest}\",\"size\":{bytes.Length}";
    }
}
