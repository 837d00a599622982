namespace ImagePusher.Core.Archives.Tar;

/// <summary>An entry of a tar and where its content is.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">The name as the tar has it.</param>
/// <param name="LinkName">The target of a link; empty for other kinds.</param>
/// <param name="Offset">The offset of the content, in bytes from the start of the tar.</param>
/// <param name="Length">The length of the content in bytes.</param>
internal sealed record TarFileEntry(TarEntryKind Kind, string Name, string LinkName, long Offset, long Length);
