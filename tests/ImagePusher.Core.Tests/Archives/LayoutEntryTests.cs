using System.Security.Cryptography;
using System.Text.Json;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Tests.Archives;

/// <summary>Entries of index.json and of indexes: unknown media types, nested indexes, other digest algorithms, damaged ones.</summary>
public sealed class LayoutEntryTests : ArchiveTestBase
{
    private readonly SampleImage _image = new(SampleImage.Bytes(1, 100));
    private readonly SampleImage _other = new(SampleImage.Bytes(2, 200));

    [Theory]
    [InlineData("application/xml", "<?xml version=\"1.0\"?>")]
    [InlineData("application/vnd.buildkit.cacheconfig.v0", "{\"layers\":[],\"records\":[]}")]
    [InlineData("application/vnd.oci.artifact.manifest.v1+json", "{\"artifactType\":\"x\"}")]
    public async Task An_entry_of_an_unknown_media_type_is_ignored(string mediaType, string content)
    {
        var blob = System.Text.Encoding.UTF8.GetBytes(content);
        await using var archive =
            await OpenAsync(Layout(_image.Blobs.Append(Blob(blob)), Image(_image), SampleImage.Descriptor(blob, mediaType)));
        Assert.Equal(Digest.Of(_image.Manifest()), Assert.Single(archive.Images).Root.Digest);
        Assert.Empty(archive.Failures);
        Assert.Contains(Log.Messages, message => message.Contains(mediaType, StringComparison.Ordinal));
        var error = await RejectedAsync<UnsupportedContentException>(
            Layout([Blob(blob)], SampleImage.Descriptor(blob, mediaType)).ToArray(), "alone.tar");
        Assert.Contains(mediaType, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_index_of_blobs_is_complete_if_its_blobs_are_present()
    {
        var (layer, config) = (SampleImage.Bytes(3, 50), "{\"layers\":[]}"u8.ToArray());
        var cache = Index(SampleImage.Descriptor(layer, MediaTypes.OciLayerGzip),
            SampleImage.Descriptor(config, "application/vnd.buildkit.cacheconfig.v0"));
        await using var archive =
            await OpenAsync(Layout([Blob(layer), Blob(config), Blob(cache)], SampleImage.Descriptor(cache, MediaTypes.OciIndex)));
        Assert.Empty(Assert.Single(archive.Images).Missing);
        var incomplete = Layout([Blob(config), Blob(cache)], SampleImage.Descriptor(cache, MediaTypes.OciIndex));
        await using var partial = await OpenAsync(incomplete, "incomplete.tar");
        Assert.Equal(SampleImage.Sha256(layer), Assert.Single(Assert.Single(partial.Images).Missing).Digest.ToString());
    }

    [Fact]
    public async Task An_invalid_entry_does_not_make_its_neighbors_unreadable()
    {
        var garbage = "not a manifest"u8.ToArray();
        var missing = SampleImage.Bytes(9, 10);
        await using var archive = await OpenAsync(Layout(
            _image.Blobs.Append(Blob(garbage)),
            SampleImage.Descriptor(garbage, MediaTypes.OciManifest), Image(_image),
            SampleImage.Descriptor(missing, MediaTypes.OciManifest)));
        Assert.Equal(Digest.Of(_image.Manifest()), Assert.Single(archive.Images).Root.Digest);
        Assert.Collection(
            archive.Failures,
            failure => Assert.Contains(SampleImage.Sha256(garbage), Assert.IsType<InvalidImageArchiveException>(failure).Message,
                StringComparison.Ordinal),
            failure => Assert.Contains(SampleImage.Sha256(missing), Assert.IsType<IncompleteImageException>(failure).Message,
                StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"digest":"sha256:1","size":1}""")]
    [InlineData("""{"mediaType":"application/vnd.oci.image.manifest.v1+json"}""")]
    [InlineData("3")]
    public async Task An_entry_that_is_not_a_descriptor_does_not_make_its_neighbors_unreadable(string entry)
    {
        var index = $$"""{"manifests":[{{entry}},{{JsonSerializer.Serialize(Image(_image))}}]}""";
        await using var archive =
            await OpenAsync(new TestTar().Files(_image.Blobs).File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""").File("index.json",
                index));
        Assert.Equal(Digest.Of(_image.Manifest()), Assert.Single(archive.Images).Root.Digest);
        Assert.Contains("descriptor", Assert.Single(archive.Failures).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(Limits.IndexDepth)]
    public async Task Nested_indexes_are_read(int depth)
    {
        var (blobs, root) = Nest(depth);
        await using var archive = await OpenAsync(Layout(blobs, SampleImage.Descriptor(root, MediaTypes.OciIndex)));
        Assert.Empty(Assert.Single(archive.Images).Missing);
        Assert.Equal(["linux/arm64"], archive.Images[0].Platforms.Select(platform => platform.ToString()));
    }

    [Fact]
    public async Task Indexes_that_are_nested_too_deep_exceed_a_limit_and_their_neighbors_are_read()
    {
        var (blobs, root) = Nest(Limits.IndexDepth + 1);
        await RejectedAsync<LimitExceededException>(Layout(blobs, SampleImage.Descriptor(root, MediaTypes.OciIndex)));
        await using var archive =
            await OpenAsync(Layout(blobs.Concat(_other.Blobs), SampleImage.Descriptor(root, MediaTypes.OciIndex), Image(_other)));
        Assert.Equal(Digest.Of(_other.Manifest()), Assert.Single(archive.Images).Root.Digest);
        Assert.IsType<LimitExceededException>(Assert.Single(archive.Failures));
    }

    [Fact]
    public async Task An_index_that_mentions_one_child_many_times_is_read_once()
    {
        var children = Enumerable.Repeat((object)SampleImage.Descriptor(_image.Manifest(), MediaTypes.OciManifest), 100).ToArray();
        var blobs = _image.Blobs.ToList();
        for (var level = 0; level < 4; level++)
        {
            var index = Index(children);
            blobs.Add(Blob(index));
            children = Enumerable.Repeat((object)SampleImage.Descriptor(index, MediaTypes.OciIndex), 100).ToArray();
        }

        await using var archive = await OpenAsync(Layout(blobs, (Dictionary<string, object>)children[0]));
        Assert.Empty(Assert.Single(archive.Images).Missing);
    }

    [Fact]
    public async Task A_sha512_manifest_keeps_its_digest()
    {
        var manifest = _image.Manifest();
        var digest = Digest.Of(manifest, HashAlgorithmName.SHA512);
        var entry = SampleImage.Descriptor(manifest, MediaTypes.OciManifest);
        entry["digest"] = digest.ToString();
        var index = Index(entry);
        var tar = Layout(_image.Blobs.Append(Blob(index)), entry, SampleImage.Descriptor(index, MediaTypes.OciIndex));
        await using var archive = await OpenAsync(tar.File($"blobs/sha512/{digest.Encoded}", manifest, TarStyle.Gnu));
        Assert.Equal(digest, archive.Images[0].Root.Digest);
        Assert.Equal(digest, (await archive.GetManifestAsync(archive.Images[1].Root.References.Single(), Stop)).Digest);
        Assert.Equal(digest, (await archive.ResolveAsync(digest.ToString(), Stop)).Digest);
    }

    [Fact]
    public async Task Control_characters_of_an_archive_are_not_in_messages()
    {
        await using var archive = await OpenAsync(new SampleImage(SampleImage.Bytes(1, 10)).Tar("\u001b]0;title\u0007evil", "app:1"));
        Assert.DoesNotContain(Log.Messages, message => message.Any(char.IsControl));
        var entry = new { Config = "\u001b[31m../../c", RepoTags = Array.Empty<string>(), Layers = Array.Empty<string>() };
        var error = await RejectedAsync(new TestTar().Json("manifest.json", new[] { entry }).ToArray(), "bad.tar");
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.DoesNotContain((await RejectedAsync(new TestTar().File("../\u001b[2J", "x").ToArray(), "bad.tar")).Message, char.IsControl);
    }

    private (List<(string Name, byte[] Content)> Blobs, byte[] Root) Nest(int depth)
    {
        var blobs = _image.Blobs.ToList();
        var root = Index(SampleImage.Descriptor(_image.Manifest(), MediaTypes.OciManifest));
        for (var level = 1; level < depth; level++)
        {
            blobs.Add(Blob(root));
            root = Index(SampleImage.Descriptor(root, MediaTypes.OciIndex));
        }

        blobs.Add(Blob(root));
        return (blobs, root);
    }

    private static Dictionary<string, object> Image(SampleImage image) => SampleImage.Descriptor(image.Manifest(), MediaTypes.OciManifest);

    private static (string Name, byte[] Content) Blob(byte[] content) => ($"blobs/sha256/{SampleImage.Hex(content)}", content);

    private static byte[] Index(params object[] manifests) =>
        JsonSerializer.SerializeToUtf8Bytes(new { schemaVersion = 2, mediaType = MediaTypes.OciIndex, manifests });

    private static TestTar Layout(IEnumerable<(string Name, byte[] Content)> blobs, params Dictionary<string, object>[] entries) =>
        new TestTar()
        .Files(blobs).File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""").Json("index.json", SampleImage.Index([.. entries]));
}
