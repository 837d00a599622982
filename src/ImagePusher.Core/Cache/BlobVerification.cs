using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.Cache;

/// <summary>The record of the verification of one opened blob file, if records can be trusted.</summary>
/// <remarks>
/// A record is trusted only for a regular file of the current user, on a local file system, in folders that only this user can write to,
/// and only where the system has a change time that programs cannot set. A version is recorded when it is at least two seconds old: within
/// the resolution of a file system's clock a later write could leave the same times.
/// </remarks>
internal sealed class BlobVerification
{
    /// <summary>Smaller blobs are hashed faster than the record is read.</summary>
    public const int SmallestSize = 1024 * 1024;

    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    private readonly IVerifiedFiles _memory;
    private readonly TimeProvider _clock;
    private readonly SafeFileHandle _file;
    private readonly FileVersion _opened;

    private BlobVerification(IVerifiedFiles memory, TimeProvider clock, SafeFileHandle file, FileVersion opened) =>
        (_memory, _clock, _file, _opened) = (memory, clock, file, opened);

    /// <summary>True if this version of the file was hashed before.</summary>
    public bool IsKnown => _memory.Contains(_opened);

    /// <summary>The verification of a blob.</summary>
    /// <param name="options">The memory and the clock.</param>
    /// <param name="paths">The cache.</param>
    /// <param name="digest">The blob.</param>
    /// <param name="file">Its opened file.</param>
    /// <returns>Null if records cannot be trusted.</returns>
    public static BlobVerification? Of(CacheOptions options, CachePaths paths, Digest digest, SafeFileHandle file)
    {
        if (options.VerifiedFiles is not { } memory || OperatingSystem.IsWindows())
        {
            return null;
        }

        var path = paths.BlobFile(digest);
        var status = FileStatus.Of(file);
        var isPrivate = status.Size >= SmallestSize && IsPrivate(status, FileKind.Regular)
            && FileStatus.Of(path)?.Id == status.Id
            && FileStatus.Of(paths.Root, followLinks: true) is { } root && IsPrivate(root, FileKind.Directory)
            && IsPrivateFolder(Path.GetDirectoryName(path)!)
            && IsPrivateFolder(Path.GetDirectoryName(Path.GetDirectoryName(path))!)
            && new DriveInfo(paths.Root).DriveType is DriveType.Fixed or DriveType.Ram;
        return isPrivate ? new BlobVerification(memory, options.TimeProvider, file, VersionOf(path, digest, status)) : null;
    }

    /// <summary>Records the version that was opened, if it is still the same and has settled.</summary>
    public void Remember()
    {
        var status = FileStatus.Of(_file);
        if (VersionOf(_opened.Path, _opened.Digest, status) == _opened && _clock.GetUtcNow() - status.Latest >= Settled)
        {
            _memory.Add(_opened);
        }
    }

    /// <summary>Removes the record of the file.</summary>
    public void Forget() => _memory.Remove(_opened.Path);

    private static bool IsPrivateFolder(string path) =>
        FileStatus.Of(path) is { } folder && IsPrivate(folder, FileKind.Directory);

    private static bool IsPrivate(FileStatus status, FileKind kind) =>
        status.Kind == kind && status.Owner == UserId.Current && (status.Mode & OthersWrite) == 0;

    private static FileVersion VersionOf(string path, Digest digest, FileStatus status) =>
        new(path, digest, status.Size, status.Modified, status.Changed, status.Id);
}
