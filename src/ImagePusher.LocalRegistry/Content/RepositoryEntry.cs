using ImagePusher.Core.Cache;
using ImagePusher.Core.Naming;

namespace ImagePusher.LocalRegistry.Content;

/// <summary>An entry of the cache with its name as a full reference.</summary>
internal readonly record struct RepositoryEntry(ImageReference Name, CacheEntry Entry)
{
    /// <summary>The registry under which pushed images are named.</summary>
    public const string OwnRegistry = "localhost";

    /// <summary>The precedence among entries of one repository and tag; the lowest wins.</summary>
    public int Rank => Name.Registry switch { OwnRegistry => 0, ImageReference.DockerHub => 1, _ => 2 };
}
