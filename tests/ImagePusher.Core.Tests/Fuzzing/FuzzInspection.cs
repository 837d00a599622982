using ImagePusher.Core.Inspection;
using ImagePusher.Core.Tests.Inspection;
using ImagePusher.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImagePusher.Core.Tests.Fuzzing;

/// <summary>The inputs of image inspection: configs, the files of layers, attached documents.</summary>
internal static class FuzzInspection
{
    public static void ReadConfig(byte[] input)
    {
        var config = ImageDocument.Parse(input);
        Assert.All(ConfigFields.Of(config), field => Assert.NotNull(field.Value));
        Assert.Equal(config.History.Count, HistoryStep.WithLayers(config.History, []).Count());
    }

    public static void ReadDocument(byte[] input)
    {
        var values = 0;
        var root = AttachedDocument.Read(input, ref values);
        Assert.True(values > 0);
        _ = AttachedDocument.Packages(root)?.Count;
        _ = AttachedDocument.Attestation(root) is { Predicate: { } predicate } ? AttachedDocument.Packages(predicate)?.Count : 0;
    }

    /// <summary>Reads the files of an image whose upper layer is the input, and saves them to a tar and to a folder.</summary>
    public static async Task ReadLayerAsync(byte[] input)
    {
        using var folder = new TemporaryFolder();
        var precious = folder.Write("precious", "text");
        await using var layout = await LayoutImage.CreateAsync(folder, "image", input, input);
        var log = new RecordingLogger();
        foreach (var selection in new[] { FileSelection.All, new FileSelection(["a/b", "nowhere"], null, null) })
        {
            foreach (var name in new[] { "out", "out.tar" })
            {
                IFileTarget target = name == "out" ? new FolderTarget(folder[name], overwrite: true)
                    : new TarTarget(folder[name], overwrite: true);
                await using (target)
                {
                    await ExpectAsync(async () =>
                    {
                        var index = new LayerIndex(hashesContent: false, new EarlyContent(selection, target));
                        var files = await ImageFiles.ReadAsync(layout.Image, selection, index, log, default);
                        await new FileSaver(files, target, log).SaveAsync(default);
                    });
                }
            }
        }

        await ExpectAsync(() => new ImageComparer(layout.Image, layout.Image).CompareFilesAsync(NullLogger.Instance, default));
        Assert.Equal("text", await File.ReadAllTextAsync(precious));
        Assert.All(log.Messages, message => Assert.DoesNotContain(message, char.IsControl));
        Assert.Empty(Directory.GetFileSystemEntries(folder.FullName).Select(Path.GetFileName)
            .Except(["precious", "image", "out", "out.tar"]));
    }

    private static async Task ExpectAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (ImagePusherException error)
        {
            Assert.DoesNotContain(error.Message, char.IsControl);
        }
    }
}
