namespace ImagePusher.Core.IO;

/// <summary>Finds the length of a file, also through a link: builders such as Bazel write layouts of links into their own store.</summary>
internal static class FileLength
{
    /// <summary>The length in bytes of a file or of the target of a link; null if there is no file, or it disappeared just now.</summary>
    public static long? Of(FileInfo file)
    {
        try
        {
            // FileInfo has the length of the link itself, and a link without a target exists for it.
            return !file.Exists ? null
                : !file.Attributes.HasFlag(FileAttributes.ReparsePoint) || file.LinkTarget is null ? file.Length
                : file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true } target ? target.Length
                : null;
        }
        catch (IOException)
        {
            // It disappeared between two of the calls, or the links form a cycle.
            return null;
        }
    }
}
