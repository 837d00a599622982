using System.Runtime.InteropServices;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Tests.Cache;

/// <summary>A copy of a handle, as a child process has between fork and exec, does not keep a closed file locked.</summary>
public sealed class InheritedHandleTests : CacheTest
{
    private readonly byte[] _bytes = MemoryImage.RandomBytes(new Random(7), 5_000);

    [Theory]
    [InlineData("committed")]
    [InlineData("closed")]
    [InlineData("discarded and written again")]
    public async Task A_written_blob_can_be_opened_immediately(string end)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The open handles are found in /proc.");
        var identity = new BlobIdentity(Digest.Of(_bytes), _bytes.Length);
        var id = Guid.NewGuid();
        var partial = await Cache.Blobs.ContinueAsync(id, Token);
        var path = partial.Path;
        await partial.Writer.WriteAsync(_bytes, Token);
        using var copy = new Duplicate(path);
        switch (end)
        {
            case "committed":
                await partial.CommitAsync(identity, Token);
                Assert.Equal(_bytes, await File.ReadAllBytesAsync(Cache.Blobs.PathOf(identity.Digest), Token));
                break;
            case "closed":
                await partial.DisposeAsync();
                RegularFile.OpenExclusive(path, null).Dispose();
                break;
            default:
                await partial.DiscardAsync();
                await using (var again = await Cache.Blobs.ContinueAsync(id, Token))
                {
                    Assert.Equal(0, again.Length);
                }

                break;
        }

        await partial.DisposeAsync();
    }

    private sealed class Duplicate : IDisposable
    {
        private readonly int _descriptor;

        public Duplicate(string path)
        {
            var open = Directory.EnumerateFiles("/proc/self/fd").Single(link => new FileInfo(link).LinkTarget == path);
            _descriptor = Dup(int.Parse(Path.GetFileName(open), System.Globalization.CultureInfo.InvariantCulture));
            Assert.True(_descriptor >= 0);
        }

        public void Dispose() => _ = Close(_descriptor);

        [DllImport("libc", EntryPoint = "dup")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int Dup(int descriptor);

        [DllImport("libc", EntryPoint = "close")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int Close(int descriptor);
    }
}
