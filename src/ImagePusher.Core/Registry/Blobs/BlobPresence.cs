namespace ImagePusher.Core.Registry.Blobs;

/// <summary>The state of a blob in a repository.</summary>
internal enum BlobPresence
{
    /// <summary>Nothing.</summary>
    Missing,

    /// <summary>The blob.</summary>
    Exists,

    /// <summary>Content of another size: the registry's copy is damaged.</summary>
    Damaged,
}
