using ImagePusher.Core.Archives;
using ImagePusher.Core.Archives.Tar;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Tests.Registry;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Archives;

/// <summary>Tars that this project writes: read back here, and by other tools in <see cref="ArchiveInteroperabilityTests"/>.</summary>
public sealed class ArchiveWriterTests : ArchiveWriterTestBase
{
    [Theory]
    [InlineData(ArchiveFormat.Oci)]
    [InlineData(ArchiveFormat.Docker)]
    public async Task Several_images_in_one_tar_read_back_with_their_names(ArchiveFormat format)
    {
        await WriteAsync(format, async writer =>
        {
            await PutAsync(writer, _image, Name, ImageReference.Parse("app:latest"));
            await PutAsync(writer, _other, ImageReference.Parse("other:2"));
        });
        await using var archive = await OpenAsync(Target);
        Assert.Equal(["example.com/team/app:1.0", "docker.io/library/app:latest", "docker.io/library/other:2"], NamesOf(archive));
        Assert.Equal(_image.DiffIds, ((ImageManifest)archive.Images[0].Root).Layers.Select(layer => layer.Digest.ToString()));
        foreach (var image in archive.Images)
        {
            Assert.Equal(format == ArchiveFormat.Docker, image.IsDockerSave);
            Assert.Empty(image.Missing);
            await ReadAllAsync(archive, image.Root);
        }

        Assert.Empty(Log.Warnings);
    }

    [Fact]
    public async Task An_OCI_tar_keeps_indexes_and_artifacts_byte_for_byte()
    {
        var child = ManifestOf(_image);
        var index = ImageIndex.Create(MediaTypes.OciIndex, [child.Descriptor with { Platform = new Platform("linux", "arm64") }]);
        var config = "{}"u8.ToArray();
        var artifact = Manifest.Parse(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            mediaType = MediaTypes.OciManifest,
            artifactType = "application/x",
            config = SampleImage.Descriptor(config, MediaTypes.OciEmpty),
            layers = Array.Empty<object>(),
        }));
        await WriteAsync(ArchiveFormat.Oci, async writer =>
        {
            await WriteBlobsAsync(writer, _image);
            await writer.PutManifestAsync(child, Stop);
            await writer.PublishAsync(index, Name, null, Stop);
            await writer.WriteBlobAsync(new MemoryBlob(config), Stop);
            await writer.PublishAsync(artifact, Name.ByDigest(), null, Stop);
        });
        await using var archive = await OpenAsync(Target);
        Assert.Equal(index.Digest, archive.Images[0].Root.Digest);
        Assert.Equal(artifact.Digest, archive.Images[1].Root.Digest);
        Assert.Equal([Name.ToString(), $"example.com/team/app@{artifact.Digest}"], NamesOf(archive));
        await ReadAllAsync(archive, archive.Images[0].Root);
        await ReadAllAsync(archive, archive.Images[1].Root);
    }

    [Fact]
    public async Task The_same_content_results_in_the_same_bytes()
    {
        await WriteAsync(ArchiveFormat.Oci, writer => PutAsync(writer, _image, Name));
        var first = await File.ReadAllBytesAsync(Target, Stop);
        await WriteAsync(ArchiveFormat.Oci, writer => PutAsync(writer, _image, Name), overwrite: true);
        Assert.Equal(first, await File.ReadAllBytesAsync(Target, Stop));
    }

    [Fact]
    public async Task A_blob_of_unknown_length_and_digest_is_written_and_a_repeated_one_only_once()
    {
        await WriteAsync(ArchiveFormat.Docker, async writer =>
        {
            foreach (var layer in _image.Layers.Append(_image.Layers[0]))
            {
                var identity = await writer.WriteBlobAsync(new MemoryBlob(layer, isKnown: false), Stop);
                Assert.Equal((SampleImage.Sha256(layer), layer.Length), (identity.Digest.ToString(), identity.Size));
            }

            await writer.WriteBlobAsync(new MemoryBlob(_image.Config), Stop);
            await writer.PublishAsync(ManifestOf(_image), Name, null, Stop);
        });
        await using var archive = await OpenAsync(Target);
        await ReadAllAsync(archive, archive.Images[0].Root);
        Assert.Empty(Log.Warnings);
        Assert.Equal(5, await CountEntriesAsync());
    }

    [Fact]
    public async Task Concurrent_writes_run_one_after_the_other()
    {
        var layers = Enumerable.Range(0, 20).Select(seed => SampleImage.Bytes(seed, 10_000 + seed)).ToArray();
        var image = new SampleImage(layers);
        await WriteAsync(ArchiveFormat.Oci, async writer =>
        {
            await Parallel.ForEachAsync(layers.Concat(layers), Stop,
                async (layer, stop) => await writer.WriteBlobAsync(new MemoryBlob(layer), stop));
            await PutAsync(writer, image, Name);
        });
        await using var archive = await OpenAsync(Target);
        await ReadAllAsync(archive, archive.Images[0].Root);
        Assert.Equal(24, await CountEntriesAsync());
    }

    [Fact]
    public async Task A_sha512_blob_has_a_long_name()
    {
        var layer = SampleImage.Bytes(4, 700);
        var digest = Digest.Of(layer, System.Security.Cryptography.HashAlgorithmName.SHA512);
        var manifest = ImageManifest.Create(
            MediaTypes.OciManifest, new Descriptor(MediaTypes.OciConfig, Digest.Of(_image.Config), _image.Config.Length),
            [new Descriptor(MediaTypes.OciLayer, digest, layer.Length)]);
        await WriteAsync(ArchiveFormat.Oci, async writer =>
        {
            await writer.WriteBlobAsync(new MemoryBlob(_image.Config), Stop);
            await writer.WriteBlobAsync(new MemoryBlob(layer) { TrueDigest = digest }, Stop);
            await writer.PublishAsync(manifest, Name, null, Stop);
        });
        await using var archive = await OpenAsync(Target);
        Assert.Empty(archive.Images[0].Missing);
        await BlobOf(archive, manifest.Layers[0]).WriteToAsync(Stream.Null, 0, Stop);
        await using var tar = new System.Formats.Tar.TarReader(File.OpenRead(Target));
        var names = new List<string>();
        while (await tar.GetNextEntryAsync(cancellationToken: Stop) is { } entry)
        {
            names.Add(entry.Name);
        }

        Assert.Contains($"blobs/sha512/{digest.Encoded}", names);
    }

    [Fact]
    public async Task Content_that_docker_cannot_load_is_UnsupportedContent()
    {
        await using var writer = ArchiveWriter.Create(Target, ArchiveFormat.Docker, overwrite: false);
        await WriteBlobsAsync(writer, _image);
        var index = ImageIndex.Create(MediaTypes.OciIndex, []);
        var error = await Assert.ThrowsAsync<UnsupportedContentException>(() => writer.PublishAsync(index, Name, null, Stop));
        Assert.Contains("OCI format", error.RecommendedAction, StringComparison.Ordinal);
        await Assert.ThrowsAsync<UnsupportedContentException>(() => writer.PutManifestAsync(ManifestOf(_image), Stop));
        var compressed = (ImageManifest)Manifest.Parse(new SampleImage([_image.Layers[0]]).Manifest(MediaTypes.OciLayerGzip));
        var mismatch = ImageManifest.Create(MediaTypes.OciManifest, ManifestOf(_image).Config, compressed.Layers);
        await Assert.ThrowsAsync<UnsupportedContentException>(() => writer.PublishAsync(mismatch, Name, null, Stop));
    }

    [Fact]
    public async Task One_name_is_one_image()
    {
        await using var writer = ArchiveWriter.Create(Target, ArchiveFormat.Oci, overwrite: false);
        await PutAsync(writer, _image, Name);
        Assert.Equal(ManifestOf(_image).Digest, await writer.FindPublishedAsync(Name, Stop));
        Assert.Null(await writer.FindPublishedAsync(ImageReference.Parse("other"), Stop));
        await PutAsync(writer, _image, Name);
        await Assert.ThrowsAsync<DestinationConflictException>(() => PutAsync(writer, _other, Name));
    }

    [Fact]
    public async Task An_image_needs_its_blobs_and_a_tar_needs_an_image()
    {
        await using var writer = ArchiveWriter.Create(Target, ArchiveFormat.Oci, overwrite: false);
        await Assert.ThrowsAsync<ArgumentException>(() => writer.PublishAsync(ManifestOf(_image), Name, null, Stop));
        await Assert.ThrowsAsync<InvalidOperationException>(() => writer.CompleteAsync(Stop));
    }

    [Fact]
    public async Task A_size_beyond_the_octal_digits_is_written()
    {
        var size = ExternalTools.LongForm ? (8L << 30) + 100 : 3_000_100;
        await using (var tar = new TarFileWriter(Target, overwrite: false))
        {
            var offset = await tar.AddAsync(
                null,
                async (stream, stop) =>
                {
                    var piece = new byte[1_000_000];
                    for (var rest = size; rest > 0; rest -= piece.Length)
                    {
                        await stream.WriteAsync(piece.AsMemory(0, (int)Math.Min(rest, piece.Length)), stop);
                    }

                    return "big";
                },
                Stop);
            Assert.Equal(512, offset);
            await tar.AddAsync("small", "content"u8.ToArray(), Stop);
            await tar.PublishAsync(Stop);
        }

        using var files = TarContainer.Open(File.OpenRead(Target), Target, ArchiveOptions.Default, Stop);
        Assert.Equal(size, files.Find("big")!.Length);
        Assert.Equal("content"u8.ToArray(), files.ReadHead(files.Find("small")!, 100));
        var list = await ExternalTools.RunAsync("tar", ["--numeric-owner", "-tvf", Target], Stop);
        Assert.Contains($" {size} 1970-01-01", list.Output, StringComparison.Ordinal);
    }
}
