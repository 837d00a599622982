using ImagePusher.Core.Naming;

namespace ImagePusher.Core.Sync;

/// <summary>What an entry selects in one repository at the moment.</summary>
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

    /// <summary>Why nothing could be selected; null if the list was read.</summary>
    public ImagePusherException? Error { get; init; }

    /// <summary>Why nothing is removed from the target because of this list; null if the list can be relied on.</summary>
    public string? Doubt => Error is not null ? "the list of the source could not be read"
        : IsEmpty ? "the list of the source is empty"
        : IsIncomplete ? "the list of the source may be incomplete"
        : null;
}
