using ImagePusher.Core.Cache;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Tests.Cache;

public sealed class BlobUsageTests : CacheTest
{
    [Trait("Wine", "Windows does not let the test change a file that a reader holds.")]
    [Fact]
    public async Task Files_that_are_deleted_while_they_are_counted_are_ignored()
    {
        // As another process does whose blobs are finished, or whose garbage collection runs.
        await MemoryImage.Random(1, 100).SaveAsync(Cache, "app", cancellationToken: Token);
        static void Create(string path)
        {
            try
            {
                File.WriteAllBytes(path, [1]);
            }
            catch (IOException)
            {
                // The collection looks whether somebody has it open, and had it open itself.
            }
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var folders = new[] { Path.Combine(Root, ".imagepusher", "partial"), Path.Combine(Root, "blobs", "sha256") };
        var others = Task.Run(
            () =>
            {
                while (!end.IsCancellationRequested)
                {
                    for (var number = 0; number < 30; number++)
                    {
                        folders.ToList().ForEach(folder => Create(Path.Combine(folder, $"{number:d64}")));
                    }

                    for (var number = 0; number < 30; number++)
                    {
                        folders.ToList().ForEach(folder => File.Delete(Path.Combine(folder, $"{number:d64}")));
                    }
                }
            },
            Token);
        for (var times = 0; times < 300; times++)
        {
            Assert.Equal(1, (await Cache.GetStatisticsAsync(Token)).Images);
            await Cache.CollectGarbageAsync(TimeSpan.Zero, dryRun: true, Token);
        }

        await end.CancelAsync();
        await others;
    }

    [Fact]
    public async Task A_chain_of_indexes_of_any_length_is_walked()
    {
        // Made to end the process: each index names the next one, and a stack has an end.
        var image = MemoryImage.Random(1, 10);
        await image.WriteAsync(Cache, Token);
        await Cache.PutManifestAsync(image.Manifest, Token);
        var next = image.Manifest;
        for (var depth = 0; depth < 2_000; depth++)
        {
            next = ImageIndex.Create(MediaTypes.OciIndex, [next.Descriptor]);
            await File.WriteAllBytesAsync(Cache.Blobs.PathOf(next.Digest), next.Raw.ToArray(), Token);
        }

        ImageWalk? walk = null;
        var thread = new Thread(() => walk = ImageWalk.From(next.Descriptor, Cache.Blobs, new CachedManifestReader(Cache.Blobs)),
            maxStackSize: 128 * 1024);
        thread.Start();
        thread.Join();
        Assert.Equal((true, 2_003), (walk!.IsComplete, walk.Blobs.Count));
    }
}
