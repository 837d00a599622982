using ImagePusher.Core.Compression;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Compression.Deflate;

/// <summary>Layers that the encoder writes are decoded by the decoders of others.</summary>
public sealed class GzipDecoderTests
{
    private const string Python = "import gzip, shutil, sys; shutil.copyfileobj(gzip.open(sys.argv[1]), open(sys.argv[1][:-3], 'wb'))";

    public static TheoryData<string, string[]> Decoders => new()
    {
        { "gzip", ["-d", "-f"] },
        { "pigz", ["-d", "-f"] },
        { "igzip", ["-d", "-f"] },
        { "libdeflate-gunzip", ["-f"] },
        { "python3", ["-I", "-c", Python] },
    };

    [Theory, MemberData(nameof(Decoders))]
    public async Task A_layer_of_every_kind_of_content_is_decoded(string tool, string[] arguments)
    {
        ExternalTools.Require(tool);
        var content = ContentRecipe.Everything.Make();
        byte[] layer = [.. content, .. content, .. content];
        using var folder = new TemporaryFolder();
        for (var level = 1; level <= EncodingSettings.HighestPortableGzip; level++)
        {
            var path = folder[$"layer{level}"];
            await using (var file = File.Create(path + ".gz"))
            {
                var settings = EncodingSettings.Create(LayerFormat.Gzip, level);
                await LayerEncoder.EncodeAsync(new MemoryStream(layer), file, settings, TestContext.Current.CancellationToken);
            }

            await ExternalTools.RunAsync(tool, [.. arguments, path + ".gz"], TestContext.Current.CancellationToken);
            var decoded = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
            Assert.True(layer.AsSpan().SequenceEqual(decoded), $"Level {level} was decoded to other content.");
        }
    }
}
