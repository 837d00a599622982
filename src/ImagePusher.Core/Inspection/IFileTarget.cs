namespace ImagePusher.Core.Inspection;

/// <summary>
/// Where files of an image are written. Content may be staged first, before it is known which files there are; then come folders, files
/// and links. Paths have no leading slash.
/// </summary>
internal interface IFileTarget : IAsyncDisposable
{
    /// <summary>True if each name of a file has a copy of its content.</summary>
    bool CopiesHardLinks { get; }

    /// <summary>Why the target cannot have an entry of this path; null if it can.</summary>
    string? Refuse(string path);

    void AddDirectory(string path, FileNode node);

    /// <summary>Takes the content of what probably is a file of the image, under the path of its entry. It may decline.</summary>
    Task StageAsync(ContentKey key, LayerEntry entry, Stream content, CancellationToken cancellationToken);

    /// <summary>Discards staged content that the files do not have.</summary>
    /// <param name="names">The paths of each content.</param>
    void Settle(IReadOnlyDictionary<ContentKey, IReadOnlyList<string>> names);

    /// <summary>True if the content is staged.</summary>
    bool HasStaged(ContentKey key);

    /// <summary>Makes staged content a file, of the path of its entry if that is one of its paths.</summary>
    /// <returns>Why it was left out; null if it was written.</returns>
    string? AddStaged(ContentKey key, string path, FileNode node);

    /// <summary>Writes a file.</summary>
    /// <returns>Why it was left out; null if it was written.</returns>
    Task<string?> AddFileAsync(string path, FileNode node, Stream content, CancellationToken cancellationToken);

    /// <summary>Adds a second name of a file that was written.</summary>
    string? AddHardLink(string path, FileNode node, string target);

    string? AddSymbolicLink(string path, FileNode node);

    /// <summary>Puts everything in place. Without this call nothing stays, except in a folder that existed before.</summary>
    void Complete();
}
