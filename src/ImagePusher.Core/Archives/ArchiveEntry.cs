namespace ImagePusher.Core.Archives;

/// <summary>A file inside an archive and where its content is.</summary>
/// <param name="Name">Its name in normal form, links resolved.</param>
/// <param name="Offset">The offset of its content, in bytes from the start of the tar; 0 in a directory.</param>
/// <param name="Length">The length of its content in bytes.</param>
internal sealed record ArchiveEntry(string Name, long Offset, long Length);
