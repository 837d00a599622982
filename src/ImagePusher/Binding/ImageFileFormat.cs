namespace ImagePusher.Binding;

/// <summary>The kinds of targets of Save-ImageFile.</summary>
public enum ImageFileFormat
{
    /// <summary>A tar if the name of the target ends in <c>.tar</c>, otherwise a folder.</summary>
    Auto,

    /// <summary>A tar, with owners and permissions.</summary>
    Tar,

    /// <summary>A folder.</summary>
    Folder,
}
