namespace ImagePusher.Core.Inspection;

/// <summary>
/// The target of files of an image. Content can be staged before it is known which files exist; then folders, files and links are written.
/// Paths have no leading slash.
/// </summary>
internal interface IFileTarget : IAsyncDisposable
{
    /// <summary>True if each name of a file has a copy of its content.</summary>
    bool CopiesHardLinks { get; }

    /// <summary>The reason why the target cannot contain this path; null if it can.</summary>
    string? Refuse(string path);

    void AddDirectory(string path, FileNode node);

    /// <summary>Stages the content of a probable file of the image, under the path of its entry. A target can decline it.</summary>
    Task StageAsync(ContentKey key, LayerEntry entry, Stream content, CancellationToken cancellationToken);

    /// <summary>Discards staged content that the files do not have.</summary>
    /// <param name="names">The paths of each content.</param>
    void Settle(IReadOnlyDictionary<ContentKey, IReadOnlyList<string>> names);

    /// <summary>True if the content is staged.</summary>
    bool HasStaged(ContentKey key);

    /// <summary>Makes staged content a file, of the path of its entry if that is one of its paths.</summary>
    /// <returns>The reason why it was skipped; null if it was written.</returns>
    string? AddStaged(ContentKey key, string path, FileNode node);

    /// <summary>Writes a file.</summary>
    /// <returns>The reason why it was skipped; null if it was written.</returns>
    Task<string?> AddFileAsync(string path, FileNode node, Stream content, CancellationToken cancellationToken);

    /// <summary>Adds a second name of a file that was written.</summary>
    string? AddHardLink(string path, FileNode node, string target);

    string? AddSymbolicLink(string path, FileNode node);

    /// <summary>Publishes all files. Without this call, nothing is kept, except in an existing folder.</summary>
    void Complete();
}
