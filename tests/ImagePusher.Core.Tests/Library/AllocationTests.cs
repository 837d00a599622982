using ImagePusher.Core.Tests.Archives;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Tests.Library;

/// <summary>
/// The allocations of a copy do not grow with its layers: buffers are rented and reused. The bytes of all threads of the process are
/// counted.
/// </summary>
[Collection(MeasuredAlone.Name)]
public sealed class AllocationTests(ITestOutputHelper output) : LibraryTest
{
    // A block more or less is compressed at once, depending on the speed of the machine: 4 MiB.
    private const int Small = 16 * 1024 * 1024;
    private const int Large = 48 * 1024 * 1024;

    [Theory]
    [InlineData("archive", "registry", LayerCompression.None)]
    [InlineData("archive", "registry", LayerCompression.Gzip)]
    [InlineData("archive", "registry", LayerCompression.Zstd)]
    [InlineData("archive", "cache", LayerCompression.None)]
    [InlineData("registry", "cache", LayerCompression.None)]
    [InlineData("cache", "registry", LayerCompression.None)]
    public async Task A_layer_of_three_times_the_size_allocates_little_more(string from, string to, LayerCompression compression)
    {
        await CopyAsync("first", Large, from, to, compression);
        var small = await CopyAsync("small", Small, from, to, compression);
        var large = await CopyAsync("large", Large, from, to, compression);
        output.WriteLine($"{small:N0} and {large:N0} bytes");
        Assert.InRange(large - small, long.MinValue, (Large - Small) / 4);
    }

    private async Task<long> CopyAsync(string name, int size, string from, string to, LayerCompression compression)
    {
        var archive = ImageEndpoint.Archive(
            Folder.Write($"{name}.tar", new SampleImage(SampleImage.Bytes(name[0], size)).Tar($"{name}:1").ToArray()));
        var none = new CopyOptions { Compression = LayerCompression.None };
        var source = archive;
        if (from != "archive")
        {
            await ImageTransfer.CopyAsync(archive, Endpoint(from, name), none, Token);
            source = Endpoint(from, name);
        }

        var before = GC.GetTotalAllocatedBytes(precise: true);
        var result = await ImageTransfer.CopyAsync(source, Endpoint(to, name), new CopyOptions { Compression = compression }, Token);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.Equal((1, 1), (result.Layers, result.Uploaded));
        return allocated;
    }

    private ImageEndpoint Endpoint(string kind, string name) =>
        kind == "registry" ? ImageEndpoint.Registry($"{Registry}/{name}:1") : ImageEndpoint.Cache($"{Registry}/{name}:1", Folder["local"]);

}
