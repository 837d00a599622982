using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Archives;

/// <summary>An image of an archive before it has its names.</summary>
/// <param name="root">Its manifest or index.</param>
internal sealed class ArchivedImageBuilder(Manifest root)
{
    private readonly HashSet<Platform> _known = [];

    /// <summary>The manifest or index.</summary>
    public Manifest Root { get; } = root;

    /// <summary>The names in the manifest.json of a docker archive.</summary>
    public List<string> RepoTags { get; } = [];

    /// <summary>The full names in the index.json of a layout.</summary>
    public List<string> FullNames { get; } = [];

    /// <summary>The names in the index.json of a layout that are not full names: a tag, or the name of a build.</summary>
    public List<string> ShortNames { get; } = [];

    /// <summary>The digests of the configs of the image, or of the images of an index.</summary>
    public HashSet<Digest> Configs { get; } = [];

    /// <summary>The platforms that are present.</summary>
    public List<Platform> Platforms { get; } = [];

    /// <summary>The content of the image that is missing in the archive.</summary>
    public List<Descriptor> Missing { get; } = [];

    /// <summary>True if the manifest may be rewritten.</summary>
    public bool IsDockerSave { get; set; }

    /// <summary>Adds a platform once; nothing if it is not known.</summary>
    public void AddPlatform(Platform? platform)
    {
        if (platform is { IsUnknown: false, Os.Length: > 0 } && _known.Add(platform))
        {
            Platforms.Add(platform);
        }
    }
}
