namespace ImagePusher.Binding;

/// <summary>How Save-ImageFile writes files.</summary>
public enum ImageFileFormat
{
    /// <summary>A tar if the name of the target ends in <c>.tar</c>, otherwise a folder.</summary>
    Auto,

    /// <summary>A tar, with owners and permissions.</summary>
    Tar,

    /// <summary>A folder.</summary>
    Folder,
}
