namespace ImagePusher.Core.IO;

/// <summary>Checks the paths of files that are to be written.</summary>
internal static class OutputPath
{
    /// <summary>Rejects a folder where a file is needed.</summary>
    /// <param name="path">The path.</param>
    /// <param name="example">The name of such a file, for the recommended action.</param>
    /// <exception cref="InvalidOptionException">It is a folder.</exception>
    public static void RejectFolder(string path, string example)
    {
        if (Directory.Exists(path))
        {
            throw new InvalidOptionException(
                $"'{path}' is a folder; a file is needed.", $"Specify a file, such as '{Path.Combine(path, example)}'.");
        }
    }
}
