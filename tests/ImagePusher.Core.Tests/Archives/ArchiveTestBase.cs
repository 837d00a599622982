using System.Security.Cryptography;
using ImagePusher.Core.Archives;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Archives;

/// <summary>The base of the tests of archives: a directory, a log, and opening archives.</summary>
public abstract class ArchiveTestBase : IDisposable
{
    private protected TemporaryFolder Folder { get; } = new();

    private protected RecordingLogger Log { get; } = new();

    private protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected Task<ImageArchive> OpenAsync(byte[] content, string name = "app.tar") => OpenAsync(Folder.Write(name, content));

    private protected Task<ImageArchive> OpenAsync(TestTar tar, string name = "app.tar") => OpenAsync(tar.ToArray(), name);

    private protected Task<ImageArchive> OpenAsync(string path) =>
        ImageArchive.OpenAsync(path, new ArchiveOptions { Log = Log, TemporaryDirectory = Folder.Folder("spool") }, Stop);

    /// <summary>The typed error of an archive that is rejected; it names the file and has a recommended action.</summary>
    private protected Task<InvalidImageArchiveException> RejectedAsync(byte[] content, string name = "app.tar") =>
        RejectedAsync<InvalidImageArchiveException>(content, name);

    private protected async Task<T> RejectedAsync<T>(byte[] content, string name = "app.tar")
        where T : ImagePusherException
    {
        var error = await Assert.ThrowsAsync<T>(() => OpenAsync(content, name));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.RecommendedAction);
        return error;
    }

    private protected Task<InvalidImageArchiveException> RejectedAsync(TestTar tar) => RejectedAsync(tar.ToArray());

    private protected Task<T> RejectedAsync<T>(TestTar tar)
        where T : ImagePusherException => RejectedAsync<T>(tar.ToArray());

    private protected static string[] NamesOf(ImageArchive archive) =>
        [.. archive.Images.SelectMany(image => image.Names).Select(name => name.ToString())];

    /// <summary>A blob as the copier reads it from the archive.</summary>
    private protected static StoredBlob BlobOf(ImageArchive archive, Descriptor blob) =>
        new(blob, archive.Description, (offset, stop) => archive.OpenBlobAsync(blob, offset, stop));

    /// <summary>Reads a blob and verifies its hash.</summary>
    internal static async Task<byte[]> ReadAsync(ImageArchive archive, Descriptor blob)
    {
        await using var stream = await archive.OpenBlobAsync(blob, 0, Stop);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Stop);
        Assert.Equal(blob.Digest.ToString(), "sha256:" + Convert.ToHexStringLower(SHA256.HashData(copy.ToArray())));
        Assert.Equal(blob.Size, copy.Length);
        return copy.ToArray();
    }

    /// <summary>Reads and verifies everything that a manifest names.</summary>
    internal static async Task ReadAllAsync(ImageArchive archive, Manifest manifest)
    {
        foreach (var reference in manifest.References)
        {
            Assert.True(await archive.ContainsAsync(reference, Stop));
            if (manifest is ImageIndex)
            {
                await ReadAllAsync(archive, await archive.GetManifestAsync(reference, Stop));
            }
            else
            {
                await ReadAsync(archive, reference);
            }
        }
    }
}
