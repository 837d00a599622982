using ImagePusher.Core.Naming;

namespace ImagePusher.Core.Sync;

/// <summary>The images that an entry currently selects in one repository.</summary>
internal sealed record SyncSelection
{
    /// <summary>The entry.</summary>
    public required SyncEntry Entry { get; init; }

    /// <summary>The repository of the source; null for those of the registry that could not be listed.</summary>
    public ImageReference? Repository { get; init; }

    /// <summary>The wanted images, by tag or digest.</summary>
    public IReadOnlyList<ImageReference> Images { get; init; } = [];

    /// <summary>True if the list of tags was empty.</summary>
    public bool IsEmpty { get; init; }

    /// <summary>True if the list of tags may lack some.</summary>
    public bool IsIncomplete { get; init; }

    /// <summary>The error of the list; null if it was read.</summary>
    public ImagePusherException? Error { get; init; }

    /// <summary>The reason why nothing is removed from the target because of this list; null if the list is reliable.</summary>
    public string? Uncertainty => Error is not null ? "the list of the source could not be read"
        : IsEmpty ? "the list of the source is empty"
        : IsIncomplete ? "the list of the source may be incomplete"
        : null;
}
