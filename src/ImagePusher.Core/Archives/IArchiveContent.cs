using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Archives;

/// <summary>What a sparse archive leaves out.</summary>
internal interface IArchiveContent
{
    /// <summary>The images of the receiver that have a blob, so that it is left out and recorded; empty for none.</summary>
    IReadOnlyList<BlobHolder> HoldersOf(Descriptor blob);

    /// <summary>True if another part of the bundle has the blob.</summary>
    bool IsElsewhere(Descriptor blob);

    /// <summary>More files of the archive, by name.</summary>
    IEnumerable<(string Name, byte[] Content)> Files { get; }
}
