using ImagePusher.Core.Archives;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Tests.Archives;

/// <summary>Tars as tools write them, and malformed ones.</summary>
public sealed class TarReadingTests : TarReadingTestBase
{
    [Theory]
    [InlineData(TarStyle.Ustar)]
    [InlineData(TarStyle.V7)]
    [InlineData(TarStyle.Pax)]
    [InlineData(TarStyle.Gnu)]
    internal async Task Every_kind_of_header_says_name_and_size(TarStyle style)
    {
        var tar = new TestTar();
        foreach (var (name, content) in _image.Files)
        {
            tar.File("./" + name, content, style);
        }

        tar.File("manifest.json", System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new[] { _image.Entry("app:1") }), style);
        await AssertReadsAsync(tar);
    }

    [Theory]
    [InlineData(TarStyle.Ustar)]
    [InlineData(TarStyle.Pax)]
    [InlineData(TarStyle.Gnu)]
    internal async Task Long_names_are_read(TarStyle style)
    {
        var tar = new TestTar().Files(_image.Files).File(Long, SampleImage.Bytes(1, 3000), style)
            .Json("manifest.json", new[] { new { Config = _image.ConfigName, RepoTags = new[] { "app:1" },
                Layers = new[] { Long, _image.LayerName(1), _image.LayerName(2) } } });
        await AssertReadsAsync(tar);
    }

    [Theory]
    [InlineData(TarStyle.Ustar)]
    [InlineData(TarStyle.Pax)]
    [InlineData(TarStyle.Gnu)]
    internal async Task Links_lead_to_layers(TarStyle style)
    {
        var tar = new TestTar()
            .SymbolicLink("0/layer.tar", "../deep/../real/zero.tar", style).HardLink("1/layer.tar", "./hard.tar", style)
                .SymbolicLink("hard.tar", "real/one.tar", style)
            .File("real/zero.tar", _image.Layers[0]).File("real/one.tar", _image.Layers[1]).File("2/layer.tar", [])
            .File(_image.ConfigName, _image.Config).Json("manifest.json", new[] { _image.Entry("app:1") });
        await AssertReadsAsync(tar);
    }

    [Fact]
    public async Task Link_cycles_are_rejected()
    {
        var error = await RejectedAsync(new TestTar().SymbolicLink("0/layer.tar", "../1/layer.tar").HardLink("1/layer.tar", "0/layer.tar")
            .File("2/layer.tar", []).File(_image.ConfigName, _image.Config).Json("manifest.json", new[] { _image.Entry("app:1") }));
        Assert.Contains("leads back to itself", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    public async Task Names_that_lead_out_of_the_archive_are_rejected(string name) =>
        Assert.Contains("leads out of it", (await RejectedAsync(_image.Tar("app:1").File(name, "x"))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("../../0/../../x")]
    public async Task A_layer_link_that_leads_out_of_the_archive_is_rejected(string target) =>
        Assert.Contains("leads out of it", (await RejectedAsync(_image.Tar("app:1").SymbolicLink("0/layer.tar", target))).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task An_unused_link_that_leads_out_is_ignored() =>
        await AssertReadsAsync(_image.Tar("app:1").SymbolicLink("lib", "/usr/lib"));

    [Fact]
    public async Task The_last_of_several_entries_of_one_name_is_used_with_a_warning()
    {
        var tar = new TestTar().File("0/layer.tar", "old").Files(_image.Files).Json("manifest.json", new[] { _image.Entry("app:1") });
        await AssertReadsAsync(tar);
        Assert.Contains("'0/layer.tar'; the last one", Assert.Single(Log.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("manifest.json")]
    [InlineData("./index.json")]
    public async Task Two_entries_of_one_index_file_are_rejected(string name) => Assert.Contains(
        "two entries", (await RejectedAsync(_image.Tar("app:1").File(name, "[]").File(name, "[]"))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Sizes_above_8_GiB_are_read_from_a_sparse_file()
    {
        const long Size = (9L << 30) + 100;
        var path = Folder["big.tar"];
        await using (var file = File.Create(path))
        {
            // Base-256 and PAX, each too large for octal; the file has holes, so it takes no room.
            file.Write(TestTar.Header("big", '0', Size, style: TarStyle.Gnu));
            file.Seek(Size + 412, SeekOrigin.Current);
            var pax = System.Text.Encoding.ASCII.GetBytes(TestTar.Record("size", $"{Size}"));
            file.Write(new TestTar().Raw(TestTar.Header("x", 'x', pax.Length)).Padded(pax).Raw(TestTar.Header("big too", '0', 0))
                .ToArray(end: false));
            file.Seek(Size + 412, SeekOrigin.Current);
            file.Write(_image.Tar("app:1").ToArray());
        }

        await using var archive = await OpenAsync(path);
        Assert.Equal(["docker.io/library/app:1"], NamesOf(archive));
        await ReadAllAsync(archive, archive.Images[0].Root);
    }

    [Fact]
    public async Task Data_after_the_end_of_a_tar_is_not_read()
    {
        var tar = _image.Tar("app:1").Raw(new byte[1024]).File("manifest.json", "[]");
        await AssertReadsAsync(tar);
    }

    [Fact]
    public async Task A_tar_without_its_end_is_read() => await AssertReadsAsync(_image.Tar("app:1").ToArray(end: false));

    [Fact]
    public async Task A_tar_that_is_truncated_in_an_entry_or_its_header_is_rejected()
    {
        var whole = new TestTar().Json("manifest.json", new[] { _image.Entry("app:1") }).Files(_image.Files).ToArray(end: false);
        foreach (var length in new[] { 100, 511, 513, 1500, whole.Length - 600 })
        {
            var error = await RejectedAsync(whole[..length]);
            Assert.Contains(length < 512 ? "is not a tar" : "was truncated", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Continued_entries_are_rejected() =>
        await RejectedAsync(_image.Tar("app:1").Entry("x", 'M', SampleImage.Bytes(3, 100)));

    [Fact]
    public async Task An_unused_sparse_file_does_not_make_its_archive_unreadable()
    {
        await AssertReadsAsync(new TestTar().Raw(GnuSparse("x")).Padded(SampleImage.Bytes(3, 100)).Raw(_image.Tar("app:1").ToArray()));
        await AssertReadsAsync(PaxSparse("GNU.sparse.major", "1").Raw(_image.Tar("app:1").ToArray()));
        await AssertReadsAsync(PaxSparse("GNU.sparse.name", "x").Raw(_image.Tar("app:1").ToArray()));
    }

    [Fact]
    public async Task A_sparse_file_that_an_image_needs_is_rejected_by_its_name()
    {
        var tar = new TestTar().Raw(_image.Tar("app:1").ToArray(end: false));
        foreach (var sparse in new[] { new TestTar().Raw(GnuSparse("0/layer.tar")).Padded(SampleImage.Bytes(3, 100)),
            PaxSparse("GNU.sparse.name", "0/layer.tar") })
        {
            var error = await RejectedAsync(new TestTar().Raw(tar.ToArray(end: false)).Raw(sparse.ToArray()));
            Assert.Contains("'0/layer.tar' is stored sparse", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_directory_with_a_size_has_no_content() =>
        await AssertReadsAsync(new TestTar().Raw(TestTar.Header("blobs/", '5', 4096)).Raw(_image.Tar("app:1").ToArray()));

    // The map of the holes continues in two blocks behind the header.
    private static byte[] GnuSparse(string name)
    {
        var header = TestTar.Header(name, 'S', 100);
        "ustar  \0"u8.CopyTo(header.AsSpan(257));
        header[482] = 1;
        TestTar.Seal(header);
        var more = new byte[1024];
        more[504] = 1;
        return [.. header, .. more];
    }

    private static TestTar PaxSparse(string key, string value)
    {
        var records = System.Text.Encoding.ASCII.GetBytes(TestTar.Record(key, value));
        return new TestTar().Raw(TestTar.Header("x", 'x', records.Length)).Padded(records).File("GNUSparseFile.1/y", "z");
    }

    [Theory]
    [InlineData(148, 0x80)]
    [InlineData(124, 0xFF)]
    [InlineData(124, 0x81)]
    [InlineData(130, (byte)'9')]
    public async Task A_header_with_an_invalid_number_is_rejected(int field, byte value)
    {
        var header = TestTar.Header("x", '0', 0);
        header[field] = value;
        if (field != 148)
        {
            TestTar.Seal(header);
        }

        await RejectedAsync(new TestTar().Raw(header).Raw(_image.Tar("app:1").ToArray()));
        await RejectedAsync(new TestTar().File("first", "x").Raw(header).Raw(_image.Tar("app:1").ToArray()));
    }

    [Fact]
    public async Task A_link_with_content_is_rejected() =>
        Assert.Contains("is a link and has 5 bytes", (await RejectedAsync(_image.Tar("app:1").Entry("x", '2', new byte[5], "y"))).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData(TarStyle.Ustar)]
    [InlineData(TarStyle.V7)]
    [InlineData(TarStyle.Pax)]
    [InlineData(TarStyle.Gnu)]
    internal async Task A_file_whose_name_ends_in_a_slash_is_a_folder(TarStyle style)
    {
        await AssertReadsAsync(_image.Tar("app:1").File("0/layer.tar/", [], style));
        Assert.Contains("is a directory and has 5 bytes", (await RejectedAsync(_image.Tar("app:1").File("x/", new byte[5], style))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_block_without_a_checksum_does_not_end_the_tar()
    {
        // Some readers take a checksum of 0 for the end.
        var block = TestTar.Header("x", '0', 0);
        block.AsSpan(148, 8).Clear();
        Assert.Contains("there is no tar header", (await RejectedAsync(_image.Tar("app:1").Raw(block))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_entries_than_the_limit_are_rejected()
    {
        var path = Folder.Write("app.tar", _image.Tar("app:1").ToArray());
        var error = await Assert.ThrowsAsync<LimitExceededException>(
            () => ImageArchive.OpenAsync(path, new ArchiveOptions { MaximumEntries = 4 }, Stop));
        Assert.Contains("more than 4 entries", error.Message, StringComparison.Ordinal);
        await using var archive = await ImageArchive.OpenAsync(path, new ArchiveOptions { MaximumEntries = 5 }, Stop);
        Assert.Single(archive.Images);
    }

    [Trait("Wine", "Windows does not let the test change a file that a reader holds.")]
    [Fact]
    public async Task A_tar_that_becomes_shorter_while_it_is_read_is_a_typed_error()
    {
        await using var archive = await OpenAsync(_image.Tar("app:1"));
        var layer = ((ImageManifest)archive.Images[0].Root).Layers[0];
        await using (var file = new FileStream(Folder["app.tar"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(600);
        }

        var error = await Assert.ThrowsAsync<InvalidImageArchiveException>(() => ReadAsync(archive, layer));
        Assert.Contains("became shorter", error.Message, StringComparison.Ordinal);
    }
}
