using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.IO;

/// <summary>Reads a file's status by statx(2), the only call whose layout is the same on every architecture.</summary>
internal static class LinuxStatus
{
    private const int CurrentFolder = -100;
    private const int NoFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const uint BasicAndBirth = 0xFFF;
    private const uint HasBirth = 0x800;

    public static FileStatus? Read(string path, bool followLinks)
    {
        var buffer = default(Buffer);
        return Call(CurrentFolder, Encoding.UTF8.GetBytes(path + '\0'), followLinks ? 0 : NoFollow, BasicAndBirth, ref buffer) == 0
            ? Convert(in buffer)
            : UnixErrors.ThrowUnlessMissing(Marshal.GetLastPInvokeError(), path);
    }

    public static FileStatus Read(SafeFileHandle handle)
    {
        var buffer = default(Buffer);
        return Call((int)handle.DangerousGetHandle(), [0], EmptyPath, BasicAndBirth, ref buffer) == 0
            ? Convert(in buffer)
            : throw UnixErrors.Create(Marshal.GetLastPInvokeError(), "an open file");
    }

    private static FileStatus Convert(in Buffer buffer) => new(
        FileKindLookup.OfMode(buffer.Mode),
        (long)buffer.Size,
        (UnixFileMode)(buffer.Mode & 0xFFF),
        buffer.Owner,
        buffer.Group,
        buffer.Links,
        UnixErrors.Time(buffer.Modified.Seconds, buffer.Modified.Nanoseconds),
        UnixErrors.Time(buffer.Changed.Seconds, buffer.Changed.Nanoseconds),
        (buffer.Mask & HasBirth) == 0 ? null : UnixErrors.Time(buffer.Birth.Seconds, buffer.Birth.Nanoseconds),
        buffer.Inode);

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Call(int folder, byte[] path, int flags, uint mask, ref Buffer buffer);

    [StructLayout(LayoutKind.Sequential)]
    private struct Timestamp
    {
        public long Seconds;
        public uint Nanoseconds;
        public int Reserved;
    }

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Buffer
    {
        [FieldOffset(0)]
        public uint Mask;

        [FieldOffset(16)]
        public uint Links;

        [FieldOffset(20)]
        public uint Owner;

        [FieldOffset(24)]
        public uint Group;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(80)]
        public Timestamp Birth;

        [FieldOffset(96)]
        public Timestamp Changed;

        [FieldOffset(112)]
        public Timestamp Modified;
    }
}
