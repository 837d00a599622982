namespace ImagePusher.Core.Abstractions;

/// <summary>Records which versions of which files were hashed and had the digest of their name.</summary>
/// <remarks>An implementation that cannot read or write its memory knows nothing; it never fails a transfer.</remarks>
internal interface IVerifiedFiles
{
    /// <summary>True if this version of the file was hashed.</summary>
    bool Contains(FileVersion file);

    /// <summary>Records that this version of the file has its digest.</summary>
    void Add(FileVersion file);

    /// <summary>Removes the record of the file.</summary>
    void Remove(string path);
}
