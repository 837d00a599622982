using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Abstractions;

/// <summary>
/// One version of a file: another content has another change time, which no program can set, or is another file.
/// </summary>
/// <param name="Path">The file, an absolute path.</param>
/// <param name="Digest">What its bytes should be.</param>
/// <param name="Size">The size in bytes.</param>
/// <param name="Modified">When the content changed last.</param>
/// <param name="Changed">When the content, name or attributes changed last.</param>
/// <param name="Id">The inode number.</param>
internal sealed record FileVersion(
    string Path, Digest Digest, long Size, DateTimeOffset Modified, DateTimeOffset Changed, ulong Id);
