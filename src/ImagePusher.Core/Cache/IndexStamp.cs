using ImagePusher.Core.IO;
using ImagePusher.Core.Layout;

namespace ImagePusher.Core.Cache;

/// <summary>Identifies one version of a file without reading it.</summary>
internal sealed record IndexStamp(DateTimeOffset Written, DateTimeOffset Changed, long Size, ulong Id)
{
    /// <summary>The stamp of a regular file. A link has none: it stays the same whatever becomes of its target.</summary>
    public static IndexStamp? Of(string path) =>
        LayoutErrors.Guard(path, () => FileStatus.Of(path)) is { Kind: FileKind.Regular } file
            ? new IndexStamp(file.Modified, file.Changed, file.Size, file.Id)
            : null;
}
