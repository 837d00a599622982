using ImagePusher.Core.Archives;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Tests.Registry;

namespace ImagePusher.Core.Tests.Archives;

/// <summary>What tests of written archives share: two images with a common layer, and a target that does not exist yet.</summary>
public abstract class ArchiveWriterTestBase : ArchiveTestBase
{
    private protected static readonly ImageReference Name = ImageReference.Parse("example.com/team/app:1.0");
    private protected readonly SampleImage _image = new(SampleImage.Bytes(1, 3000), [], SampleImage.Bytes(2, 512));
    private protected readonly SampleImage _other = new(SampleImage.Bytes(1, 3000), SampleImage.Bytes(3, 100_000));

    private protected string Target => Folder["out.tar"];

    private protected static ImageManifest ManifestOf(SampleImage image) => (ImageManifest)Manifest.Parse(image.Manifest());

    private protected async Task WriteAsync(ArchiveFormat format, Func<ArchiveWriter, Task> write, bool overwrite = false)
    {
        await using var writer = ArchiveWriter.Create(Target, format, overwrite);
        await write(writer);
        await writer.CompleteAsync(Stop);
    }

    private protected static async Task WriteBlobsAsync(ArchiveWriter writer, SampleImage image)
    {
        foreach (var blob in image.Layers.Append(image.Config))
        {
            await writer.WriteBlobAsync(new MemoryBlob(blob), Stop);
            Assert.True(await writer.HasBlobAsync(new Descriptor("", Digest.Of(blob), blob.Length), Stop));
        }
    }

    private protected static async Task PutAsync(ArchiveWriter writer, SampleImage image, params ImageReference[] names)
    {
        await WriteBlobsAsync(writer, image);
        foreach (var name in names)
        {
            await writer.PublishAsync(ManifestOf(image), name, null, Stop);
        }
    }

    // By the reader of System.Formats.Tar, which is independent of this project.
    private protected async Task<int> CountEntriesAsync()
    {
        var count = 0;
        await using var reader = new System.Formats.Tar.TarReader(File.OpenRead(Target));
        while (await reader.GetNextEntryAsync(cancellationToken: Stop) is { } entry)
        {
            Assert.Equal((DateTimeOffset.UnixEpoch, 0, 0), (entry.ModificationTime, entry.Uid, entry.Gid));
            count++;
        }

        return count;
    }
}
