using System.Runtime.InteropServices;

namespace ImagePusher.Core.IO;

/// <summary>The user of this process.</summary>
internal static class UserId
{
    /// <summary>The effective user id; not available on Windows.</summary>
    public static uint Current { get; } = OperatingSystem.IsWindows() ? 0 : EffectiveUser();

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint EffectiveUser();
}
