using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Tests.Transfer;

public sealed class ImageCopierTests : ImageCopierTestBase
{
    [Fact]
    public async Task An_image_is_copied_with_its_digest_and_named_last()
    {
        var image = Image(MediaTypes.OciLayerGzip, "one", "two");
        var result = await CopyAsync(image);

        Assert.Equal(image.Digest, result.Manifest.Digest);
        Assert.Equal(image.Digest, _target.Names[Name.ToString()]);
        Assert.Equal((2, 2, 0, 0), (result.Layers, result.Uploaded, result.Mounted, result.Existing));
        Assert.Null(result.SourceDigest);
        Assert.Equal(image.References.Sum(reference => reference.Size) + image.Raw.Length, result.BytesSent);
        Assert.StartsWith("name ", _target.Events.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_copy_sends_and_reads_nothing()
    {
        var image = Image(MediaTypes.OciLayerGzip, "one", "two");
        await CopyAsync(image);
        _source.Events.Clear();
        _target.Events.Clear();
        var result = await CopyAsync(image);

        Assert.Equal((2, 0, 0, 2, 0L), (result.Layers, result.Uploaded, result.Mounted, result.Existing, result.BytesSent));
        Assert.Empty(_source.Events);
        Assert.Empty(_target.Events);
    }

    [Fact]
    public async Task Force_sends_existing_content()
    {
        var image = Image(MediaTypes.OciLayerGzip, "one");
        await CopyAsync(image);
        Assert.Equal(1, (await CopyAsync(image, new CopyOptions { Force = true })).Uploaded);
    }

    [Fact]
    public async Task A_blob_that_the_target_can_mount_is_not_sent()
    {
        var image = Image(MediaTypes.OciLayerGzip, "one", "two");
        _target.Mountable.Add(image.Layers[0].Digest);
        var result = await CopyAsync(image);
        Assert.Equal((1, 1), (result.Uploaded, result.Mounted));
    }

    [Fact]
    public async Task A_blob_that_does_not_match_its_digest_is_rejected()
    {
        var image = Image(MediaTypes.OciLayerGzip, "one");
        _source.Blobs[image.Layers[0].Digest] = "eno"u8.ToArray();
        await Assert.ThrowsAsync<DigestMismatchException>(() => CopyAsync(image));
        Assert.Empty(_target.Names);
    }

    [Fact]
    public async Task A_missing_blob_of_an_image_is_the_sources_own_error()
    {
        var image = Image(MediaTypes.OciLayerGzip, "one");
        _source.Blobs.TryRemove(image.Layers[0].Digest, out _);
        await Assert.ThrowsAsync<InvalidImageArchiveException>(() => CopyAsync(image, new CopyOptions { AllowPartial = true }));
    }

    [Fact]
    public async Task Foreign_layers_are_not_sent_and_keep_their_urls()
    {
        var config = _source.Add(Config(), MediaTypes.OciConfig);
        var foreign = new Descriptor(MediaTypes.DockerForeignLayer, Digest.Of("windows"u8),
            7) { Urls = ["https://example.com/windows"] };
        var image = _source.Add(
            ImageManifest.Create(MediaTypes.OciManifest, config, [foreign, _source.Add("one"u8.ToArray(), MediaTypes.OciLayer)]));
        var result = await CopyAsync(image, isRewritable: true);
        var layer = Assert.IsType<ImageManifest>(_target.Manifests[result.Manifest.Digest]).Layers[0];
        Assert.Equal((foreign.Digest, "https://example.com/windows"), (layer.Digest, Assert.Single(layer.Urls)));
        Assert.False(_target.Blobs.ContainsKey(foreign.Digest));
    }

    [Fact]
    public async Task A_result_of_another_digest_than_expected_is_not_named()
    {
        await Assert.ThrowsAsync<DigestMismatchException>(
            () => CopyAsync(Image(MediaTypes.OciLayerGzip, "one"), new CopyOptions { ExpectedDigest = Digest.Of("other"u8) }));
        Assert.Empty(_target.Names);
    }

    [Fact]
    public async Task A_name_without_a_tag_gets_the_digest_of_the_result()
    {
        var image = Image(MediaTypes.OciLayerGzip, "one");
        var result = await Copier.CopyAsync(new ImageSelection(_source, image), _target, Name.ByDigest(), Options, new CopyMonitor(),
            TestContext.Current.CancellationToken);
        Assert.Equal($"example.com/app@{image.Digest}", result.Name.ToString());
    }

    [Fact]
    public async Task A_blob_that_two_copies_need_is_sent_once()
    {
        var (first, second) = (Image(MediaTypes.OciLayerGzip, "shared"), Image(MediaTypes.OciLayerGzip, "shared", "own"));
        var writing = new TaskCompletionSource();
        _target.BeforeWrite = blob => blob.Digest == first.Layers[0].Digest ? writing.Task : Task.CompletedTask;
        var copies = new[] { CopyAsync(first), CopyAsync(second, name: Name.WithTag("2")) };
        writing.SetResult();
        await Task.WhenAll(copies);
        Assert.Single(_target.Events, $"write {first.Layers[0].Digest}");
    }

    [Fact]
    public async Task A_plan_matches_the_copy_and_changes_nothing()
    {
        var image = Image(MediaTypes.OciLayer, "exists", "mount", "upload!", "encode");
        _encodings.Known[Key(image.Layers[2])] = new Descriptor(MediaTypes.OciLayerGzip, Digest.Of("remembered"u8), 5);
        _encodings.Known[Key(image.Layers[0])] = _target.Add("there"u8.ToArray(), MediaTypes.OciLayerGzip);
        _encodings.Known[Key(image.Layers[1])] = new Descriptor(MediaTypes.OciLayerGzip, Digest.Of("mountable"u8), 9);
        _target.Mountable.Add(Digest.Of("mountable"u8));
        _source.Rewritable.Add(image.Digest);
        var plan = await Copier.PlanAsync(new ImageSelection(_source, image), _target, Name, Options,
            TestContext.Current.CancellationToken);

        PlannedAction Of(Digest digest) => plan.Blobs.Single(blob => blob.Blob.Digest == digest).Action;
        Assert.Equal(PlannedAction.Exists, Of(Digest.Of("there"u8)));
        Assert.Equal(PlannedAction.Mount, Of(Digest.Of("mountable"u8)));
        Assert.Equal(PlannedAction.Upload, Of(Digest.Of("remembered"u8)));
        Assert.Equal(PlannedAction.Encode, Of(image.Layers[3].Digest));
        Assert.Equal((5 + image.Config.Size, 6L), (plan.BytesToSend, plan.BytesToEncode));
        Assert.Null(plan.Manifest);
        Assert.DoesNotContain(_target.Events, text => !text.StartsWith("has", StringComparison.Ordinal));
        Assert.Empty(_source.Events);
    }

    [Fact]
    public async Task The_rate_counts_transferred_bytes_and_not_existing_ones()
    {
        var image = Image(MediaTypes.OciLayerGzip, "there already", "is sent");
        _target.Add("there already"u8.ToArray(), MediaTypes.OciLayerGzip);
        var progress = new CopyMonitor();
        await Copier.CopyAsync(new ImageSelection(_source, image), _target, Name, Options, progress, TestContext.Current.CancellationToken);
        Assert.Equal(image.References.Sum(blob => blob.Size), progress.Total);
        Assert.Equal(progress.Total, progress.Done);
        Assert.Equal(image.Config.Size + "is sent".Length, progress.Moved);
    }
}
