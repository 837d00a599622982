using System.IO.Compression;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Oci;
using ZstdSharp;

namespace ImagePusher.Core.Tests.Archives;

/// <summary>Compressed archives: the tar itself, or layers in a docker archive.</summary>
public sealed class CompressedArchiveTests : ArchiveTestBase
{
    private readonly SampleImage _image = new(SampleImage.Bytes(1, 100_000));

    [Theory]
    [InlineData("xz", new byte[] { 0xFD, 0x37, 0x7A, 0x58, 0x5A, 0 })]
    [InlineData("bzip2", new byte[] { 0x42, 0x5A, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59 })]
    [InlineData("lz4", new byte[] { 4, 0x22, 0x4D, 0x18 })]
    [InlineData("zip", new byte[] { 0x50, 0x4B, 3, 4 })]
    [InlineData("7z", new byte[] { 0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C })]
    public async Task Other_compressions_are_rejected_by_name(string name, byte[] magic)
    {
        var error = await RejectedAsync<UnsupportedContentException>([.. magic, .. SampleImage.Bytes(1, 1000)]);
        Assert.Contains($"compressed with {name},", error.Message, StringComparison.Ordinal);
        Assert.Contains(name == "zip" ? "unzip" : $"({name}", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html><title>Not found</title>", "HTML or XML")]
    [InlineData("{\"errors\":[]}", "JSON document")]
    [InlineData("version https://git-lfs.github.com/spec/v1", "Git LFS pointer")]
    public async Task Compressed_content_that_is_not_a_tar_is_described(string content, string expected) =>
        Assert.Contains(expected, (await RejectedAsync(Gzip(System.Text.Encoding.UTF8.GetBytes(content)))).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task A_tar_that_is_compressed_twice_is_named() =>
        Assert.Contains("compressed twice", (await RejectedAsync(Gzip(Gzip(_image.Tar("app:1").ToArray())))).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task A_tar_whose_first_name_looks_like_bzip2_is_a_tar()
    {
        await using var archive = await OpenAsync(new TestTar().File("BZh9", "x").Raw(_image.Tar("app:1").ToArray()));
        Assert.Single(archive.Images);
    }

    [Trait("Wine", "The test expects that an open temporary file has no name.")]
    [Fact]
    public async Task Gzip_of_several_members_is_read_completely()
    {
        var tar = _image.Tar("app:1").ToArray();
        await using var archive = await OpenAsync([.. Gzip(tar[..5000]), .. Gzip(tar[5000..])], "app.tgz");
        await ReadAllAsync(archive, archive.Images[0].Root);
        Assert.Empty(Directory.GetFileSystemEntries(Folder["spool"]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_truncated_or_changed_compressed_tar_is_rejected_and_leaves_no_file(bool gzip)
    {
        var whole = gzip ? Gzip(_image.Tar("app:1").ToArray()) : Zstd(_image.Tar("app:1").ToArray());
        await RejectedAsync(whole[..(whole.Length / 2)]);
        var changed = whole.ToArray();
        changed.AsSpan(whole.Length / 2, 40).Fill(0x55);
        var error = await Assert.ThrowsAnyAsync<ImagePusherException>(async () =>
        {
            await using var archive = await OpenAsync(changed);
            await BlobOf(archive, ((ImageManifest)archive.Images[0].Root).Layers[0]).WriteToAsync(Stream.Null, 0, Stop);
        });

        // gzip has a checksum, zstd may have none; then the digest of the layer does not match.
        Assert.True(error is InvalidImageArchiveException || (!gzip && error is DigestMismatchException), error.Message);
        Assert.Empty(Directory.GetFileSystemEntries(Folder["spool"]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_bomb_is_stopped_at_the_limit(bool gzip)
    {
        var zeros = new byte[64 * 1024 * 1024];
        var bomb = Folder.Write("bomb.tar", gzip ? Gzip(zeros) : Zstd(zeros));
        var options = new ArchiveOptions { ExpansionAllowance = 1_000_000, MaximumExpansionRatio = 100,
            TemporaryDirectory = Folder.Folder("spool") };
        var error = await Assert.ThrowsAsync<LimitExceededException>(() => ImageArchive.OpenAsync(bomb, options, Stop));
        Assert.Contains("more than the limits", error.Message, StringComparison.Ordinal);
        var most = options with { MaximumExpansionRatio = int.MaxValue, MaximumTemporaryBytes = 2_000_000 };
        await Assert.ThrowsAsync<LimitExceededException>(() => ImageArchive.OpenAsync(bomb, most, Stop));
        Assert.Empty(Directory.GetFileSystemEntries(Folder["spool"]));
    }

    [Fact]
    public async Task A_missing_temporary_directory_is_PathNotFound()
    {
        var path = Folder.Write("app.tar.gz", Gzip(_image.Tar("app:1").ToArray()));
        var error = await Assert.ThrowsAsync<PathNotFoundException>(
            () => ImageArchive.OpenAsync(path, new ArchiveOptions { TemporaryDirectory = Folder["none"] }, Stop));
        Assert.Contains(Folder["none"], error.Message, StringComparison.Ordinal);
        Assert.Contains("TMPDIR", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_compressed_layer_of_a_docker_archive_keeps_its_bytes_and_has_their_digest(bool gzip)
    {
        var layer = gzip ? Gzip(_image.Layers[0]) : Zstd(_image.Layers[0]);
        await using var archive = await OpenAsync(_image.Tar("app:1").File("0/layer.tar", layer));
        var image = Assert.Single(archive.Images);
        Assert.True(image.IsDockerSave);
        var descriptor = Assert.Single(((ImageManifest)image.Root).Layers);
        Assert.Equal((gzip ? MediaTypes.OciLayerGzip : MediaTypes.OciLayerZstd, SampleImage.Sha256(layer)),
            (descriptor.MediaType, descriptor.Digest.ToString()));
        Assert.Equal(layer.Length, archive.BytesRead);
        Assert.Equal(layer, await ReadAsync(archive, descriptor));
    }

    [Fact]
    public async Task Opening_can_be_canceled_while_it_decompresses()
    {
        using var stop = new CancellationTokenSource();
        await using var input = new CancellingStream(Gzip(new byte[8 * 1024 * 1024]), stop);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => ImageArchive.OpenAsync(input, "-", new ArchiveOptions { TemporaryDirectory = Folder.Folder("spool") }, stop.Token));
        Assert.Empty(Directory.GetFileSystemEntries(Folder["spool"]));
    }

    private static byte[] Gzip(byte[] content)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return result.ToArray();
    }

    private static byte[] Zstd(byte[] content)
    {
        using var compressor = new Compressor(1);
        return compressor.Wrap(content).ToArray();
    }

    /// <summary>Cancels when its last bytes are read.</summary>
    private sealed class CancellingStream(byte[] content, CancellationTokenSource stop) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = Read(buffer.Span[..Math.Min(buffer.Length, 1000)]);
            if (Position > Length / 2)
            {
                stop.Cancel();
            }

            return ValueTask.FromResult(count);
        }
    }
}
