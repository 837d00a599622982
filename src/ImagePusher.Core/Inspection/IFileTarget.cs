namespace ImagePusher.Core.Inspection;

/// <summary>Where files of an image are written. Folders come first, then files, then links. Paths have no leading slash.</summary>
internal interface IFileTarget : IAsyncDisposable
{
    /// <summary>Why the target cannot have an entry of this path; null if it can.</summary>
    string? Refuse(string path);

    void AddDirectory(string path, FileNode node);

    /// <summary>Writes a file.</summary>
    /// <returns>Why it was left out; null if it was written.</returns>
    Task<string?> AddFileAsync(string path, FileNode node, Stream content, CancellationToken cancellationToken);

    /// <summary>Adds a second name of a file that was written.</summary>
    string? AddHardLink(string path, FileNode node, string target);

    string? AddSymbolicLink(string path, FileNode node);

    /// <summary>Puts everything in place. Without this call nothing stays, except in a folder that existed before.</summary>
    void Complete();
}
