using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Archives;

/// <summary>The blobs that a sparse archive omits.</summary>
internal interface IArchiveContent
{
    /// <summary>The images of the receiver that have a blob, so that it is omitted and recorded; empty for none.</summary>
    IReadOnlyList<BlobHolder> HoldersOf(Descriptor blob);

    /// <summary>The path of the other part of the bundle that has a blob; null if it belongs to this one.</summary>
    string? PartWith(Descriptor blob);

    /// <summary>More files of the archive, by name.</summary>
    IEnumerable<(string Name, byte[] Content)> Files { get; }
}
