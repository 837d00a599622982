using ImagePusher.Core.Archives;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Fuzzing;

/// <summary>Image archives, and folders that somebody else made: their index.json, and a manifest under its correct digest.</summary>
internal static class FuzzFolders
{
    private static int _number;

    /// <summary>Opens a tar, and reads all that is in it.</summary>
    public static async Task OpenArchiveAsync(byte[] input)
    {
        using var folder = new TemporaryFolder();
        await ReadAsync(folder.Write("app.tar", input), folder.Folder("tmp"));
    }

    /// <summary>Opens a layout as an archive and as a cache, once with the input as its index and once with the input as a manifest in
    /// it.</summary>
    public static async Task OpenLayoutAsync(byte[] input)
    {
        using var folder = new TemporaryFolder();
        byte[][] blobs = ["{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}"u8.ToArray(),
            "{}"u8.ToArray(), input];
        foreach (var blob in blobs)
        {
            folder.Write($"layout/blobs/sha256/{Digest.Of(blob).Encoded}", blob);
        }

        folder.Write("layout/oci-layout", """{"imageLayoutVersion":"1.0.0"}""");
        var entry = $$$"""
            {"digest":"{{{Digest.Of(input)}}}","size":{{{input.Length}}},
            "annotations":{"org.opencontainers.image.ref.name":"a:1"}}
            """;
        foreach (var index in new[] { input, System.Text.Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"manifests":[{{entry}}]}""") })
        {
            folder.Write("layout/index.json", index);
            await ReadAsync(folder["layout"], folder.Folder("tmp"));
            await ExpectAsync(() => UseAsync(ImageCache.Open(folder["layout"])));
            await ExpectAsync(() => ImageTransfer.CopyAllAsync(
                ImageEndpoint.Cache(path: folder["layout"]), ImageEndpoint.Layout(folder[$"copy{_number++}"])));
        }
    }

    private static async Task ReadAsync(string path, string temporary) => await ExpectAsync(async () =>
    {
        await using var archive = await ImageArchive.OpenAsync(path, new ArchiveOptions { TemporaryDirectory = temporary });
        Assert.All(archive.Failures, failure => Assert.DoesNotContain(failure.Message, char.IsControl));
        foreach (var image in archive.Images)
        {
            foreach (var reference in image.Root.References)
            {
                await ExpectAsync(async () =>
                {
                    await using var stream = await archive.OpenBlobAsync(reference, 0, default);
                    await stream.CopyToAsync(Stream.Null);
                });
            }
        }
    });

    private static async Task UseAsync(ImageCache cache)
    {
        foreach (var entry in await cache.ListAsync())
        {
            await ExpectAsync(() => cache.InspectAsync(entry));
            await ExpectAsync(() => cache.VerifyAsync(entry, full: true));
            await ExpectAsync(() => cache.ResolveAsync(entry.Descriptor.Digest.ToString(), default));
            await ExpectAsync(() => cache.GetReferrersAsync(entry.Descriptor.Digest));
        }

        await ExpectAsync(() => cache.FindAsync("a:1"));
        await ExpectAsync(() => cache.GetStatisticsAsync());
        await ExpectAsync(() => cache.CollectGarbageAsync(dryRun: true));
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
            Assert.NotEmpty(error.RecommendedAction);
            Assert.All((error as CopyFailedException)?.Failures ?? [], failure => Assert.IsAssignableFrom<ImagePusherException>(failure));
        }
    }
}
