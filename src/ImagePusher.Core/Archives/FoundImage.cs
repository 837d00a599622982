using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Archives;

/// <summary>An image of an archive before it has its names.</summary>
/// <param name="root">Its manifest or index.</param>
internal sealed class FoundImage(Manifest root)
{
    private readonly HashSet<Platform> _known = [];

    public Manifest Root { get; } = root;

    /// <summary>The names that docker-save's manifest.json gives.</summary>
    public List<string> RepoTags { get; } = [];

    /// <summary>The full names that the layout's index gives.</summary>
    public List<string> FullNames { get; } = [];

    /// <summary>The layout's names that are no full names: a tag, or the name of a build.</summary>
    public List<string> ShortNames { get; } = [];

    /// <summary>The digests of the configs of the image or of those of an index.</summary>
    public HashSet<Digest> Configs { get; } = [];

    public List<Platform> Platforms { get; } = [];

    public List<Descriptor> Missing { get; } = [];

    public bool IsDockerSave { get; set; }

    /// <summary>Adds what the image runs on, once; nothing where that is not said.</summary>
    public void AddPlatform(Platform? platform)
    {
        if (platform is { IsUnknown: false, Os.Length: > 0 } && _known.Add(platform))
        {
            Platforms.Add(platform);
        }
    }
}
