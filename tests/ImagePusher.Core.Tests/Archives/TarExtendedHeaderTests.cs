namespace ImagePusher.Core.Tests.Archives;

/// <summary>Extended headers of pax and GNU: what they apply to, and what is rejected in them.</summary>
public sealed class TarExtendedHeaderTests : TarReadingTestBase
{
    [Fact]
    public async Task A_global_header_with_a_name_is_rejected_and_one_with_a_comment_is_not()
    {
        await AssertReadsAsync(Global("comment", "abc").Raw(_image.Tar("app:1").ToArray()));
        Assert.Contains("global", (await RejectedAsync(Global("path", "abc").Raw(_image.Tar("app:1").ToArray()))).Message,
            StringComparison.Ordinal);

        static TestTar Global(string key, string value) =>
            new TestTar().Entry("g", 'g', System.Text.Encoding.ASCII.GetBytes(TestTar.Record(key, value)));
    }

    [Fact]
    public async Task A_prefix_behind_an_extended_header_belongs_to_the_name()
    {
        // bsdtar: an extended header for the time alone, the name in the ustar header.
        var tar = new TestTar();
        foreach (var (name, content) in _image.Files.Where(file => file.Name != _image.LayerName(0)))
        {
            tar.File(name, content);
        }

        await AssertReadsAsync(Extended(tar, ("mtime", "1.5")).File(Long, _image.Layers[0])
            .Json("manifest.json", new[] { new { Config = _image.ConfigName, RepoTags = new[] { "app:1" },
                Layers = new[] { Long, _image.LayerName(1), _image.LayerName(2) } } }));
    }

    [Theory]
    [InlineData("path", "")]
    [InlineData("path", "a\0b")]
    [InlineData("linkpath", "")]
    [InlineData("size", "x")]
    [InlineData("size", "-1")]
    [InlineData("size", "9223372036854775807")]
    [InlineData("size", "9223372036854775808")]
    public async Task An_extended_header_with_an_invalid_value_is_rejected(string key, string value) =>
        await RejectedAsync(Extended(_image.Tar("app:1"), (key, value)).File("x", "y"));

    [Fact]
    public async Task An_extended_header_applies_to_an_entry_of_any_format()
    {
        var tar = new TestTar().Files(_image.Files.Where(file => file.Name != _image.LayerName(2)));
        var gnu = new TestTar().Raw(TestTar.Header("x", '0', 0, style: TarStyle.Gnu)).ToArray(end: false);
        await AssertReadsAsync(Extended(tar, ("path", _image.LayerName(2))).Raw(gnu).Json("manifest.json",
            new[] { _image.Entry("app:1") }));
    }

    [Theory]
    [InlineData("Lx")]
    [InlineData("Lg")]
    [InlineData("xL")]
    [InlineData("xg")]
    [InlineData("xx")]
    [InlineData("LL")]
    [InlineData("LKL")]
    public async Task Conflicting_extended_headers_are_rejected(string types)
    {
        var record = System.Text.Encoding.ASCII.GetBytes(TestTar.Record("comment", "abc"));
        var tar = types.Aggregate(_image.Tar("app:1"), (made, type) => made.Entry("h", type, record));
        await RejectedAsync(tar.File("x", "y"));
        await RejectedAsync(tar.ToArray(end: false));
    }

    [Theory]
    [InlineData('x')]
    [InlineData('g')]
    [InlineData('L')]
    [InlineData('K')]
    public async Task A_truncated_extended_header_is_rejected(char type)
    {
        var header = new TestTar().Raw(TestTar.Header("h", type, 1000));
        Assert.Contains("was truncated", (await RejectedAsync(header.ToArray(end: false))).Message, StringComparison.Ordinal);
        Assert.Contains("was truncated", (await RejectedAsync(header.Raw(new byte[600]).ToArray(end: false))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('x')]
    [InlineData('g')]
    [InlineData('L')]
    [InlineData('K')]
    public async Task An_extended_header_that_claims_gigabytes_is_rejected_before_it_is_read(char type)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var header = TestTar.Header("x", type, 0x7FFF_FFFF);
        Assert.Contains("claims 2147483647 bytes",
            (await RejectedAsync<LimitExceededException>(new TestTar().Raw(header).Padded(new byte[100]))).Message,
            StringComparison.Ordinal);
        await RejectedAsync<LimitExceededException>(
            new TestTar().File("first", "x").Raw(TestTar.Header("x", 'L', 2)).Padded("y\0"u8.ToArray()).Raw(header));
        Assert.Contains("claims 1099511627776 bytes",
            (await RejectedAsync<LimitExceededException>(
                new TestTar().Raw(TestTar.Header("x", type, 1L << 40, style: TarStyle.Gnu)))).Message, StringComparison.Ordinal);

        // Other tests allocate at the same time, but far less than 2 GB.
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 1_000_000_000);
    }
}
