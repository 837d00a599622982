using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Archives;

/// <summary>The blobs that a new archive omits, and their record.</summary>
/// <param name="content">The rules; null to omit nothing.</param>
internal sealed class SparseContent(IArchiveContent? content)
{
    // A reader describes an image by its config, which is small.
    private const int SmallConfig = 16 * 1024;

    private readonly OmittedBlobs _omitted = new();

    /// <summary>The files that record it.</summary>
    public IEnumerable<(string Name, byte[] Content)> Files =>
        (_omitted.Count > 0 ? [(OmittedBlobs.FileName, _omitted.Write())] : Enumerable.Empty<(string, byte[])>())
            .Concat(content?.Files ?? []);

    /// <summary>True for a config by which a reader describes an image: every part has it, whatever the receiver has.</summary>
    public static bool IsDescription(Descriptor blob) => MediaTypes.IsImageConfig(blob.MediaType) && blob.Size <= SmallConfig;

    /// <summary>The image or the other part that has a blob which is omitted; null if the archive has it.</summary>
    public string? PlaceOf(Descriptor blob) => content is null || IsDescription(blob) ? null
        : content.HoldersOf(blob) is [var holder, ..] ? $"{holder.Repository}@{holder.Image}"
        : content.PartWith(blob);

    /// <summary>True if a blob is omitted; one that the receiver has is recorded.</summary>
    public bool Omits(Descriptor blob)
    {
        if (content is null || _omitted.Contains(blob.Digest)
            || MediaTypes.IsManifest(blob.MediaType) || MediaTypes.IsIndex(blob.MediaType))
        {
            return _omitted.Contains(blob.Digest);
        }

        if (IsDescription(blob))
        {
            return false;
        }

        if (content.HoldersOf(blob) is { Count: > 0 } holders)
        {
            _omitted.Add(blob.Digest, holders);
            return true;
        }

        return content.PartWith(blob) is not null;
    }
}
