namespace ImagePusher.Core.Registry.Blobs;

/// <summary>What a repository has of a blob.</summary>
internal enum BlobPresence
{
    /// <summary>Nothing.</summary>
    Missing,

    /// <summary>The blob.</summary>
    Exists,

    /// <summary>Content of another size: the registry's copy is damaged.</summary>
    Damaged,
}
