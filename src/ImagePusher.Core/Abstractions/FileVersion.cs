using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Abstractions;

/// <summary>
/// One version of a file: different content has a different change time, which programs cannot set, or is a different file.
/// </summary>
/// <param name="Path">The file, an absolute path.</param>
/// <param name="Digest">The expected digest.</param>
/// <param name="Size">The size in bytes.</param>
/// <param name="Modified">The time of the last change of the content.</param>
/// <param name="Changed">The time of the last change of content, name or attributes.</param>
/// <param name="Id">The inode number.</param>
internal sealed record FileVersion(
    string Path, Digest Digest, long Size, DateTimeOffset Modified, DateTimeOffset Changed, ulong Id);
