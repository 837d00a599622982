using ImagePusher.Core.Abstractions;

namespace ImagePusher.Core.IO;

/// <summary>Tells how long a file is, also one that is a link: builders such as Bazel write layouts of links into a store of theirs.</summary>
internal static class FileLength
{
    /// <summary>The bytes of a file, or of what a link leads to; null if there is no file, or it went away just now.</summary>
    public static long? Of(FileInfo file)
    {
        try
        {
            // FileInfo tells the length of the link itself, and calls one that leads nowhere a file.
            return !file.Exists ? null
                : !file.Attributes.HasFlag(FileAttributes.ReparsePoint) || file.LinkTarget is null ? file.Length
                : file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true } target ? target.Length
                : null;
        }
        catch (IOException)
        {
            // It went away between two of the questions, or the links lead in a circle.
            return null;
        }
    }
}
