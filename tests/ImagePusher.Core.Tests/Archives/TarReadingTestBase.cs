using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Tests.Archives;

/// <summary>What tests of the tar reader share: an image whose tar a test changes.</summary>
public abstract class TarReadingTestBase : ArchiveTestBase
{
    private protected static readonly string Long = string.Join('/', Enumerable.Repeat(new string('d', 90), 2)) + "/layer.tar";
    private protected readonly SampleImage _image = new(SampleImage.Bytes(1, 3000), SampleImage.Bytes(2, 512), []);

    private protected static TestTar Extended(TestTar tar, params (string Key, string Value)[] records) => tar.Entry(
        "x", 'x', System.Text.Encoding.UTF8.GetBytes(string.Concat(records.Select(record => TestTar.Record(record.Key, record.Value)))));

    private protected Task AssertReadsAsync(TestTar tar) => AssertReadsAsync(tar.ToArray());

    private protected async Task AssertReadsAsync(byte[] tar)
    {
        await using var archive = await OpenAsync(tar);
        var image = Assert.Single(archive.Images);
        Assert.Equal(["docker.io/library/app:1"], NamesOf(archive));
        Assert.Equal(_image.DiffIds, ((ImageManifest)image.Root).Layers.Select(layer => layer.Digest.ToString()));
        await ReadAllAsync(archive, image.Root);
    }
}
