using System.Runtime.InteropServices;

namespace ImagePusher.Core.IO;

/// <summary>The flags of open(2) and openat(2), which differ between Linux and macOS, and on Linux between processors.</summary>
internal static class OpenFlags
{
    public const int ReadOnly = 0;
    public const int ReadWrite = 2;

    /// <summary>Linux only: the folder is held, not read.</summary>
    public const int PathOnly = 0x200000;

    public static readonly bool IsArm = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;
    public static readonly int Create = OperatingSystem.IsLinux() ? 0x40 : 0x200;
    public static readonly int Exclusive = OperatingSystem.IsLinux() ? 0x80 : 0x800;
    public static readonly int NonBlocking = OperatingSystem.IsLinux() ? 0x800 : 0x4;
    public static readonly int CloseOnExec = OperatingSystem.IsLinux() ? 0x80000 : 0x1000000;
    public static readonly int NoFollow = !OperatingSystem.IsLinux() ? 0x100 : IsArm ? 0x8000 : 0x20000;

    /// <summary>Linux only: fails for what is not a folder.</summary>
    public static readonly int FolderOnly = IsArm ? 0x4000 : 0x10000;
}
