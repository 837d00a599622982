using ImagePusher.Core.Cache;
using ImagePusher.Core.Naming;

namespace ImagePusher.LocalRegistry;

/// <summary>An entry of the cache with its name as a full reference.</summary>
internal readonly record struct NamedEntry(ImageReference Name, CacheEntry Entry)
{
    /// <summary>The registry whose names are pushes to this one.</summary>
    public const string OwnRegistry = "localhost";

    /// <summary>Which of several entries of one name and tag is meant: the lowest.</summary>
    public int Rank => Name.Registry switch { OwnRegistry => 0, ImageReference.DockerHub => 1, _ => 2 };
}
