using System.Text;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Tests.Archives;

/// <summary>Only name, size, type and link of a tar header matter: other fields are ignored.</summary>
public sealed class TarHeaderToleranceTests : ArchiveTestBase
{
    private const int Mode = 100, Owner = 108, Group = 116, Time = 136, Version = 263, UserName = 265, Device = 329;

    private readonly SampleImage _image = new(SampleImage.Bytes(1, 3000), SampleImage.Bytes(2, 512));

    [Theory]
    [InlineData(Owner, "8000000000ACDA00")] // Base-256: 2,900,000,000.
    [InlineData(Owner, "FFFFFFFFFFFFFFFE")] // -2, the owner "nobody" of NFS.
    [InlineData(Group, "8000000000ACDA00")]
    [InlineData(Owner, "2020202020202020")]
    [InlineData(Owner, "6F7261636C650000")] // Text.
    [InlineData(Time, "FFFFFFFFFFFFFFFFFFFFFFFF")] // 1969.
    [InlineData(Time, "8000000000005AF3107A4000")] // Beyond the year 9999.
    [InlineData(Time, "6E6F742D612D6E756D626572")]
    [InlineData(Mode, "72772D722D2D722D")]
    [InlineData(Device, "20202020202020207878787878787878")]
    [InlineData(Version, "2020")]
    [InlineData(UserName, "4AFC7267656E")] // Latin-1.
    public async Task A_field_with_any_value_is_skipped(int offset, string hex)
    {
        var tar = new TestTar();
        foreach (var (name, content) in Files())
        {
            var header = TestTar.Header(name, '0', content.Length);
            Convert.FromHexString(hex).CopyTo(header, offset);
            TestTar.Seal(header);
            tar.Raw(header).Padded(content);
        }

        await AssertReadsAsync(tar);
    }

    [Theory]
    [InlineData("mtime=-1.5")]
    [InlineData("mtime=99999999999999999999")]
    [InlineData("mtime=yesterday")]
    [InlineData("mtime=1\nmtime=2")]
    [InlineData("uid=4294967294\ngid=-2")]
    [InlineData("comment=\nuname=")]
    [InlineData("hdrcharset=BINARY")]
    [InlineData("atime=-62135596800\nctime=0")]
    [InlineData("SCHILY.dev=16777220\nLIBARCHIVE.creationtime=1600000000")]
    public async Task A_record_of_an_extended_header_with_any_value_is_skipped(string records)
    {
        var content = Encoding.UTF8.GetBytes(
            string.Concat(records.Split('\n').Select(record => record.Split('=', 2)).Select(pair => TestTar.Record(pair[0], pair[1]))));
        foreach (var type in "xX")
        {
            var tar = new TestTar();
            foreach (var (name, file) in Files())
            {
                tar.Entry("PaxHeaders/x", type, content).File(name, file);
            }

            await AssertReadsAsync(tar);
        }
    }

    [Fact]
    public async Task A_binary_attribute_and_padding_of_an_extended_header_are_skipped()
    {
        var value = "21 SCHILY.xattr.a=\u0001\u0000\n"u8.ToArray();
        await AssertReadsAsync(new TestTar().Entry("x", 'x', [.. value, .. new byte[7]]).Files(Files()));
    }

    [Fact]
    public async Task The_last_of_repeated_keys_of_an_extended_header_counts()
    {
        var (name, content) = Files().First();
        var records = Encoding.UTF8.GetBytes(TestTar.Record("path", "wrong") + TestTar.Record("path", name) + TestTar.Record("size", "1")
            + TestTar.Record("size", $"{content.Length}"));
        await AssertReadsAsync(new TestTar().Entry("x", 'x', records).Raw(TestTar.Header("other", '0', 0)).Padded(content)
            .Files(Files().Skip(1)));
    }

    [Theory]
    [InlineData("/0/layer.tar", "0/layer.tar")]
    [InlineData("0/layer.tar", "./0/layer.tar")]
    [InlineData("0/layer.tar", "/0/layer.tar")]
    public async Task A_name_from_the_root_is_a_name_in_the_archive(string written, string named)
    {
        var tar = new TestTar().File(written, _image.Layers[0]).Files(_image.Files.Skip(1))
            .Json("manifest.json", new[] { new { Config = _image.ConfigName, RepoTags = new[] { "app:1" },
                Layers = new[] { named, _image.LayerName(1) } } });
        await AssertReadsAsync(tar);
    }

    [Theory]
    [InlineData('2', "/real/zero.tar")]
    [InlineData('2', "real/zero.tar")] // From the root, as some tools write it, not from the link.
    [InlineData('2', "../real/zero.tar")]
    [InlineData('1', "/real/zero.tar")]
    [InlineData('1', "./real/zero.tar")]
    public async Task A_link_leads_to_an_entry_from_the_root(char type, string target) => await AssertReadsAsync(
        new TestTar().Entry("0/layer.tar", type, [], target).File("real/zero.tar", _image.Layers[0]).Files(Files().Skip(1)));

    [Theory]
    [InlineData('2', "../gone.tar", "gone.tar")]
    [InlineData('2', "/etc/passwd", "etc/passwd")]
    [InlineData('1', "gone.tar", "gone.tar")]
    public async Task A_missing_target_is_named(char type, string target, string missing)
    {
        var error = await RejectedAsync(new TestTar().Entry("0/layer.tar", type, [], target).Files(Files().Skip(1)));
        Assert.Contains($"'0/layer.tar', which manifest.json names, is a link to '{missing}', which is missing", error.Message,
            StringComparison.Ordinal);
    }

    private IEnumerable<(string Name, byte[] Content)> Files() =>
        _image.Files.Append(("manifest.json", System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new[] { _image.Entry("app:1") })));

    private async Task AssertReadsAsync(TestTar tar)
    {
        await using var archive = await OpenAsync(tar);
        var image = Assert.Single(archive.Images);
        Assert.Equal(_image.DiffIds, ((ImageManifest)image.Root).Layers.Select(layer => layer.Digest.ToString()));
        await ReadAllAsync(archive, image.Root);
    }
}
