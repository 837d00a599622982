namespace ImagePusher.Core.Archives;

/// <summary>A file inside an archive and where its bytes lie.</summary>
/// <param name="Name">Its normal name, links resolved.</param>
/// <param name="Offset">Where its bytes start in the tar; 0 in a folder.</param>
/// <param name="Length">How many bytes it has.</param>
internal sealed record ArchivedFile(string Name, long Offset, long Length);
