using ImagePusher.Core.Naming;
using ImagePusher.Core.Sync;
using ImagePusher.Session;

namespace ImagePusher.Pipeline;

/// <summary>The images that an entry selects for one repository of a target.</summary>
/// <param name="Selection">The selection.</param>
/// <param name="Repository">The repository of the target, without tag.</param>
/// <param name="Names">The names at the target.</param>
/// <param name="Access">The access to the target.</param>
internal sealed record SyncTargetSelection(
    SyncSelection Selection, ImageReference Repository, IReadOnlyList<ImageReference> Names, SyncAccess Access);
