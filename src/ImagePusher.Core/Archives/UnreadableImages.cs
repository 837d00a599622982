using System.Collections.ObjectModel;
using ImagePusher.Core.IO;

namespace ImagePusher.Core.Archives;

/// <summary>The errors of images of an archive that could not be read. Too many errors are an error of the archive.</summary>
/// <param name="path">The archive.</param>
internal sealed class UnreadableImages(string path) : Collection<ImagePusherException>
{
    /// <inheritdoc/>
    protected override void InsertItem(int index, ImagePusherException item)
    {
        base.InsertItem(index, Count < Limits.UnreadableImages ? item : throw ArchiveErrors.Limit(
            path, $"more than {Limits.UnreadableImages:N0} of its entries cannot be read", "Check what created the archive."));
    }
}
