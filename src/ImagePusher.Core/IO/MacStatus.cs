using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.IO;

/// <summary>Reads a file's status by stat(2) of macOS, in the layout with 64-bit inode numbers.</summary>
internal static class MacStatus
{
    private static readonly bool IsX64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    public static FileStatus? Read(string path, bool followLinks)
    {
        var name = Encoding.UTF8.GetBytes(path + '\0');
        var buffer = default(Buffer);
        var result = (followLinks, IsX64) switch
        {
            (true, false) => Stat(name, ref buffer),
            (true, true) => StatX64(name, ref buffer),
            (false, false) => LinkStat(name, ref buffer),
            (false, true) => LinkStatX64(name, ref buffer),
        };
        return result == 0 ? Convert(in buffer) : UnixErrors.ThrowUnlessMissing(Marshal.GetLastPInvokeError(), path);
    }

    public static FileStatus Read(SafeFileHandle handle)
    {
        var buffer = default(Buffer);
        var descriptor = (int)handle.DangerousGetHandle();
        return (IsX64 ? HandleStatX64(descriptor, ref buffer) : HandleStat(descriptor, ref buffer)) == 0
            ? Convert(in buffer)
            : throw UnixErrors.Create(Marshal.GetLastPInvokeError(), "an open file");
    }

    private static FileStatus Convert(in Buffer buffer) => new(
        FileKindLookup.OfMode(buffer.Mode),
        buffer.Size,
        (UnixFileMode)(buffer.Mode & 0xFFF),
        buffer.Owner,
        buffer.Group,
        buffer.Links,
        UnixErrors.Time(buffer.ModifiedSeconds, buffer.ModifiedNanoseconds),
        UnixErrors.Time(buffer.ChangedSeconds, buffer.ChangedNanoseconds),
        UnixErrors.Time(buffer.BirthSeconds, buffer.BirthNanoseconds),
        buffer.Inode);

    [DllImport("libc", EntryPoint = "stat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Stat(byte[] path, ref Buffer buffer);

    [DllImport("libc", EntryPoint = "stat$INODE64", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatX64(byte[] path, ref Buffer buffer);

    [DllImport("libc", EntryPoint = "lstat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int LinkStat(byte[] path, ref Buffer buffer);

    [DllImport("libc", EntryPoint = "lstat$INODE64", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int LinkStatX64(byte[] path, ref Buffer buffer);

    [DllImport("libc", EntryPoint = "fstat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int HandleStat(int descriptor, ref Buffer buffer);

    [DllImport("libc", EntryPoint = "fstat$INODE64", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int HandleStatX64(int descriptor, ref Buffer buffer);

    [StructLayout(LayoutKind.Explicit, Size = 144)]
    private struct Buffer
    {
        [FieldOffset(4)]
        public ushort Mode;

        [FieldOffset(6)]
        public ushort Links;

        [FieldOffset(8)]
        public ulong Inode;

        [FieldOffset(16)]
        public uint Owner;

        [FieldOffset(20)]
        public uint Group;

        [FieldOffset(48)]
        public long ModifiedSeconds;

        [FieldOffset(56)]
        public long ModifiedNanoseconds;

        [FieldOffset(64)]
        public long ChangedSeconds;

        [FieldOffset(72)]
        public long ChangedNanoseconds;

        [FieldOffset(80)]
        public long BirthSeconds;

        [FieldOffset(88)]
        public long BirthNanoseconds;

        [FieldOffset(96)]
        public long Size;
    }
}
