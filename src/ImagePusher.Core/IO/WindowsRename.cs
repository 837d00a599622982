using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.IO;

/// <summary>Replaces a file that others have open: Windows 10 and later rename with POSIX semantics on NTFS.</summary>
/// <remarks>SetFileInformationByHandle with FileRenameInfoEx.</remarks>
internal static class WindowsRename
{
    private const int RenameInfoEx = 22;
    private const uint DeleteAccess = 0x00010000;
    private const uint ShareAll = 7;
    private const uint OpenExisting = 3;
    private const uint BackupSemantics = 0x02000000;
    private const uint ReplaceIfExists = 0x1;
    private const uint PosixSemantics = 0x2;
    private const uint IgnoreReadOnly = 0x40;

    // ERROR_INVALID_FUNCTION, ERROR_NOT_SUPPORTED, ERROR_INVALID_PARAMETER, ERROR_CALL_NOT_IMPLEMENTED, ERROR_INVALID_LEVEL.
    private static readonly int[] Unsupported = [1, 50, 87, 120, 124];

    /// <summary>Renames a file over another; false where the system or file system cannot do it so.</summary>
    public static bool TryReplace(string source, string target)
    {
        using var handle = CreateFile(LongPath(source), DeleteAccess, ShareAll, 0, OpenExisting, BackupSemantics, 0);
        if (handle.IsInvalid)
        {
            return false;
        }

        // FILE_RENAME_INFO: flags, root folder, length of the name in bytes, name.
        var name = Encoding.Unicode.GetBytes(LongPath(target) + '\0');
        var header = IntPtr.Size == 8 ? 20 : 12;
        var info = new byte[header + name.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(info, ReplaceIfExists | PosixSemantics | IgnoreReadOnly);
        BinaryPrimitives.WriteInt32LittleEndian(info.AsSpan(header - 4), name.Length - 2);
        name.CopyTo(info, header);
        if (SetFileInformationByHandle(handle, RenameInfoEx, info, info.Length))
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        return Array.IndexOf(Unsupported, error) >= 0
            ? false
            : throw new IOException(Marshal.GetPInvokeErrorMessage(error), unchecked((int)0x80070000) | error);
    }

    private static string LongPath(string path)
    {
        var full = Path.GetFullPath(path);
        return full.StartsWith(@"\\?\", StringComparison.Ordinal) ? full
            : full.StartsWith(@"\\", StringComparison.Ordinal) ? string.Concat(@"\\?\UNC\", full.AsSpan(2))
            : @"\\?\" + full;
    }

    [DllImport("kernel32.dll", EntryPoint = "CreateFileW", CharSet = CharSet.Unicode, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern SafeFileHandle CreateFile(
        string name, uint access, uint share, nint security, uint disposition, uint flags, nint template);

    [DllImport("kernel32.dll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool SetFileInformationByHandle(SafeFileHandle file, int type, byte[] info, int size);
}
