using ImagePusher.Core.Tests.Archives;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Tests.Library;

/// <summary>
/// A repeated copy sends nothing, even if the copy compresses its layers: the user's state folder stores the results of the compression,
/// regardless of the endpoints.
/// </summary>
public sealed class RepeatedCopyTests : LibraryTest
{
    [Theory]
    [InlineData("registry")]
    [InlineData("layout")]
    [InlineData("cache")]
    public async Task The_layers_of_a_docker_archive_are_compressed_and_sent_once(string kind)
    {
        var source = ImageEndpoint.Archive(DockerArchive($"app-{kind}.tar", "app:1"));
        var target = kind switch
        {
            "registry" => ImageEndpoint.Registry(Registry),
            "layout" => ImageEndpoint.Layout(Folder["layout"]),
            _ => ImageEndpoint.Cache(path: Folder["cache"]),
        };
        var first = await ImageTransfer.CopyAsync(source, target, cancellationToken: Token);
        var plan = await ImageTransfer.PlanAsync(source, target, cancellationToken: Token);
        var second = await ImageTransfer.CopyAsync(source, target, cancellationToken: Token);
        Assert.Equal((1, 0), (first.Uploaded, second.Uploaded));
        Assert.Equal(first.Manifest, second.Manifest);
        Assert.Equal((0, 0), (second.BytesSent, plan.BytesToEncode));
        Assert.True(plan.IsPublished);
    }

    [Fact]
    public async Task One_layer_in_two_archives_is_compressed_and_sent_once()
    {
        var layer = SampleImage.Bytes(77, 50_000);
        await PushAsync("one.tar", "one:1", layer, SampleImage.Bytes(1, 100));
        var second = await PushAsync("two.tar", "two:1", layer, SampleImage.Bytes(2, 100));
        Assert.Equal((1, 1), (second.Uploaded, second.Layers - second.Uploaded));
    }

    private Task<CopyResult> PushAsync(string file, string tag, params byte[][] layers) => ImageTransfer.CopyAsync(
        ImageEndpoint.Archive(Folder.Write(file, new SampleImage(layers).Tar(tag).ToArray())), ImageEndpoint.Registry(Registry),
        cancellationToken: Token);
}
