using System.Runtime.InteropServices;

namespace ImagePusher.Core.IO;

/// <summary>Turns error numbers of system calls into the exceptions that .NET throws for them.</summary>
internal static class UnixErrors
{
    private const int NotPermitted = 1;
    private const int NoEntry = 2;
    private const int AccessDenied = 13;
    private const int NotADirectory = 20;

    // ELOOP and EAGAIN differ between Linux and macOS.
    private static readonly int Loop = OperatingSystem.IsLinux() ? 40 : 62;

    public static Exception Create(int number, string path) => number switch
    {
        NotPermitted or AccessDenied => new UnauthorizedAccessException($"Access to the path '{path}' is denied."),
        NoEntry => new FileNotFoundException($"Could not find the file '{path}'.", path),
        NotADirectory => new DirectoryNotFoundException($"Could not find a part of the path '{path}'."),
        _ when number == Loop => new NotRegularFileException(path, FileKind.SymbolicLink),
        _ => new IOException(Marshal.GetPInvokeErrorMessage(number), number),
    };

    /// <summary>Null for an entry that does not exist; a link that leads round in a circle leads to nothing.</summary>
    public static FileStatus? ThrowUnlessMissing(int number, string path) =>
        number is NoEntry or NotADirectory || number == Loop ? null : throw Create(number, path);

    public static DateTimeOffset Time(long seconds, long nanoseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(
            (Math.Clamp(seconds, -62_000_000_000, 253_000_000_000) * TimeSpan.TicksPerSecond) + (nanoseconds / 100));
}
