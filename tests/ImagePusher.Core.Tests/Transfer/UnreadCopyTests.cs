using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;
using ImagePusher.TestSupport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImagePusher.Core.Tests.Transfer;

/// <summary>Copies of images of which only the digest is known, from a HEAD request to the registry.</summary>
public sealed class UnreadCopyTests : IDisposable
{
    private static readonly ImageReference Name = ImageReference.Parse("example.com/app:1.0");
    private readonly MemoryStore _source = new("source");
    private readonly MemoryStore _target = new("target");
    private readonly TransferSlots _slots = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _slots.Dispose();

    [Fact]
    public async Task An_image_that_the_target_has_under_the_name_is_not_read()
    {
        var image = Image("one");
        var first = await CopyAsync(image.Descriptor);
        Assert.Equal((1, 1, 1), (first.Layers, first.Uploaded, _source.ManifestsRead));
        _target.Events.Clear();
        var second = await CopyAsync(image.Descriptor);
        Assert.Equal((image.Digest, 0L, 0), (second.Manifest.Digest, second.BytesSent, second.Uploaded));
        Assert.Equal((null, null), (second.Layers, second.Existing));
        Assert.Equal(1, _source.ManifestsRead);
        Assert.Empty(_target.Events);
    }

    [Fact]
    public async Task With_a_platform_the_index_is_read_because_the_result_has_another_digest()
    {
        var image = Image("one");
        var index = _source.Add(
            ImageIndex.Create(MediaTypes.OciIndex, [image.Descriptor with { Platform = Platform.Parse("linux/amd64") }]));
        var options = new CopyOptions { Platforms = [Platform.Parse("linux/amd64")] };
        await CopyAsync(index.Descriptor, options);
        var second = await CopyAsync(index.Descriptor, options);
        Assert.Equal((image.Digest, index.Digest, 1, 0), (second.Manifest.Digest, second.SourceDigest, second.Existing, second.Uploaded));
    }

    [Fact]
    public async Task NoClobber_rejects_before_anything_is_read()
    {
        await CopyAsync(Image("one").Descriptor);
        var other = Image("two");
        _target.Events.Clear();
        var read = _source.ManifestsRead;
        await Assert.ThrowsAsync<DestinationConflictException>(() => CopyAsync(other.Descriptor, new CopyOptions { NoClobber = true }));
        Assert.Equal(read, _source.ManifestsRead);
        Assert.Empty(_target.Events);
        Assert.Equal(other.Digest, (await CopyAsync(other.Descriptor)).Manifest.Digest);
    }

    [Fact]
    public async Task NoClobber_with_Force_sends_the_same_image_again_and_rejects_another()
    {
        var (image, options) = (Image("one"), new CopyOptions { NoClobber = true, Force = true });
        await CopyAsync(image.Descriptor, options);
        Assert.Equal(1, (await CopyAsync(image.Descriptor, options)).Uploaded);
        await Assert.ThrowsAsync<DestinationConflictException>(() => CopyAsync(Image("two").Descriptor, options));
    }

    [Fact]
    public async Task A_blob_for_two_repositories_of_one_store_is_in_flight_once()
    {
        var image = Image("one");
        var other = new MemoryStore("other") { Store = _target.Store };
        var (isBegun, mayEnd) = (new TaskCompletionSource(), new TaskCompletionSource());
        _target.BeforeWrite = async _ =>
        {
            isBegun.TrySetResult();
            await mayEnd.Task;
        };

        // The second repository can mount the blobs uploaded to the first one.
        other.Mountable.UnionWith(image.References.Select(reference => reference.Digest));
        var first = CopyAsync(image.Descriptor);
        await isBegun.Task.WaitAsync(Token);
        var second = CopyAsync(image.Descriptor, target: other);
        mayEnd.SetResult();
        Assert.Equal((1, 0), ((await first).Uploaded, (await first).Mounted));
        Assert.Equal((0, 1), ((await second).Uploaded, (await second).Mounted));
        Assert.DoesNotContain(other.Events, text => text.StartsWith("write", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Referrers_are_put_after_the_image_and_before_its_name_and_so_are_theirs()
    {
        var image = Image("one");
        var sbom = Referrer("an SBOM", image);
        var signature = Referrer("its signature", sbom);
        var cosign = Image("cosign");
        _source.Tagged[image.Digest] = [new TaggedReferrer("sha256-x.sig", cosign.Descriptor)];
        await CopyAsync(image.Descriptor, new CopyOptions { IncludeReferrers = true });

        var puts = _target.Events.Where(
            text => text.StartsWith("put", StringComparison.Ordinal) || text.StartsWith("name", StringComparison.Ordinal)).ToList();
        Assert.Equal($"put {image.Digest}", puts[0]);
        Assert.True(puts.IndexOf($"put {sbom.Digest}") < puts.IndexOf($"put {signature.Digest}"));
        Assert.Equal($"name {Name}", puts[^1]);
        Assert.Equal(cosign.Digest, _target.Names["example.com/app:sha256-x.sig"]);
        Assert.Equal(signature.Digest, _target.Names[$"example.com/app@{signature.Digest}"]);
    }

    [Fact]
    public async Task Lists_that_name_each_other_end()
    {
        var image = Image("one");
        _source.Tagged[image.Digest] = [new TaggedReferrer("sha256-x.sig", image.Descriptor)];
        await CopyAsync(image.Descriptor, new CopyOptions { IncludeReferrers = true });
        Assert.Equal(image.Digest, _target.Names["example.com/app:sha256-x.sig"]);
    }

    [Fact]
    public async Task A_listed_but_deleted_referrer_is_skipped_with_a_warning()
    {
        var image = Image("one");
        var gone = Image("gone");
        _source.Manifests.TryRemove(gone.Digest, out _);
        _source.Tagged[image.Digest] = [new TaggedReferrer("sha256-x.sig", gone.Descriptor)];
        var log = new RecordingLogger();
        await CopyAsync(image.Descriptor, new CopyOptions { IncludeReferrers = true }, log: log);
        Assert.Equal(image.Digest, _target.Names[Name.ToString()]);
        Assert.Contains(gone.Digest.ToString(), Assert.Single(log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_lists_missing_referrers()
    {
        var image = Image("one");
        var (there, missing) = (Referrer("there", image), Referrer("missing", image));
        _target.Add(there);
        var plan = await new ImageCopier(_slots, null).PlanAsync(
            new ImageSelection(_source, image.Descriptor), _target, Name, new CopyOptions { IncludeReferrers = true }, Token);
        Assert.Equal(missing.Digest, Assert.Single(plan.Referrers).Digest);
        Assert.Empty(_target.Names);
    }

    private ImageManifest Image(string layer) => _source.Add(ImageManifest.Create(
        MediaTypes.OciManifest,
        _source.Add("""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}"""u8.ToArray(), MediaTypes.OciConfig),
        [_source.Add(System.Text.Encoding.UTF8.GetBytes(layer), MediaTypes.OciLayerGzip)]));

    private Manifest Referrer(string content, Manifest subject)
    {
        var (config, layer) = (_source.Add("{}"u8.ToArray(), MediaTypes.OciEmpty), _source.Add(System.Text.Encoding.UTF8.GetBytes(content),
            "text/plain"));
        return _source.Add(Manifest.Parse(System.Text.Encoding.UTF8.GetBytes($$"""
            {"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","artifactType":"text/plain",
             "config":{{Json(config)}},"layers":[{{Json(layer)}}],
             "subject":{{Json(subject.Descriptor)}} }
            """)));
    }

    private static string Json(Descriptor descriptor) =>
        $$"""{"mediaType":"{{descriptor.MediaType}}","digest":"{{descriptor.Digest}}","size":{{descriptor.Size}} }""";

    private Task<CopyResult> CopyAsync(Descriptor root, CopyOptions? options = null, MemoryStore? target = null, ILogger? log = null) =>
        new ImageCopier(_slots, null).CopyAsync(
        new ImageSelection(_source, root), target ?? _target, Name,
        (options ?? new CopyOptions()) with { Logger = log ?? NullLogger.Instance }, new CopyMonitor(), Token);
}
