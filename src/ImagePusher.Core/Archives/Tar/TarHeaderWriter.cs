using System.Formats.Tar;
using System.Text;
using ImagePusher.Core.IO;

namespace ImagePusher.Core.Archives.Tar;

/// <summary>
/// Writes tar headers in GNU's format, which has room for sizes beyond 8 GiB and names beyond 100 bytes. Owner 0, mode 0644, time 0:
/// the same content results in the same bytes.
/// </summary>
internal static class TarHeaderWriter
{
    private const int NameLength = 100;

    /// <summary>The number of bytes before the content of an entry.</summary>
    public static int SizeOf(string name)
    {
        var length = Encoding.UTF8.GetByteCount(name);
        return length <= NameLength ? TarChecksum.BlockSize : (2 * TarChecksum.BlockSize) + Pad(length + 1);
    }

    /// <summary>The number of bytes that content takes, up to a whole number of blocks.</summary>
    public static int Pad(int length) => (length + TarChecksum.BlockSize - 1) / TarChecksum.BlockSize * TarChecksum.BlockSize;

    /// <summary>The header of a file, with a long name before it if it needs one.</summary>
    /// <param name="name">The name.</param>
    /// <param name="size">The length of the content in bytes.</param>
    public static byte[] Write(string name, long size)
    {
        using var header = new MemoryStream();
        var entry = new GnuTarEntry(TarEntryType.RegularFile, name)
        {
            Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
            ModificationTime = DateTimeOffset.UnixEpoch,
            AccessTime = default,
            ChangeTime = default,
            DataStream = new WrittenContent(size),
        };
        using (var writer = new TarWriter(header, TarEntryFormat.Gnu, leaveOpen: true))
        {
            writer.WriteEntry(entry);
        }

        // The padding of the content and the end of the tar follow.
        return header.ToArray()[..SizeOf(name)];
    }

    /// <summary>Content that is already in the tar: TarWriter reads its length and copies nothing.</summary>
    private sealed class WrittenContent(long length) : ReadOnlyStream
    {
        public override bool CanSeek => true;

        public override long Length => length;

        public override long Position { get; set; }

        public override int Read(Span<byte> buffer) => 0;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(0);
    }
}
