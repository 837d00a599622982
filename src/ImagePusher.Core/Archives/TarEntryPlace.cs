using System.Formats.Tar;

namespace ImagePusher.Core.Archives;

/// <summary>An entry of a tar and where its content lies.</summary>
/// <param name="Type">What it is; every kind of plain file is <see cref="TarEntryType.RegularFile"/>.</param>
/// <param name="Name">The name as the tar has it.</param>
/// <param name="LinkName">Where a link leads.</param>
/// <param name="Offset">Where the content starts, in bytes from the tar's start.</param>
/// <param name="Length">The content's bytes.</param>
internal sealed record TarEntryPlace(TarEntryType Type, string Name, string LinkName, long Offset, long Length);
