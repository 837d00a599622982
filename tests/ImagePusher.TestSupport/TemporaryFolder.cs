namespace ImagePusher.TestSupport;

/// <summary>A new folder that goes away with its owner.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>Creates the folder.</summary>
    public TemporaryFolder() => FullName = Directory.CreateTempSubdirectory("imagepusher-test-").FullName;

    /// <summary>The folder's full path.</summary>
    public string FullName { get; }

    /// <summary>The full path of something in it, which need not exist.</summary>
    public string this[params ReadOnlySpan<string> parts] =>
        Path.Combine([FullName, .. parts]).Replace(Path.AltDirectorySeparatorChar, Path.DirectorySeparatorChar);

    /// <summary>Writes a file, creates its parent folders and returns its full path.</summary>
    public string Write(string name, ReadOnlySpan<byte> content)
    {
        var path = this[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>Writes a text file and returns its full path.</summary>
    public string Write(string name, string content) => Write(name, System.Text.Encoding.UTF8.GetBytes(content));

    /// <summary>Creates a folder in it and returns its full path.</summary>
    public string Folder(string name) => Directory.CreateDirectory(this[name]).FullName;

    /// <inheritdoc/>
    public override string ToString() => FullName;

    /// <inheritdoc/>
    public void Dispose() => Delete(FullName);

    /// <summary>Deletes a folder that a test used.</summary>
    public static void Delete(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (IOException) when (OperatingSystem.IsWindows())
        {
            // Virus scanners, and Wine, may hold a file for a moment after it was closed. It stays in the temporary folder then.
        }
    }
}
