using ImagePusher.Core.Layout;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>The paths of the files of a cache: an OCI image layout with an additional folder.</summary>
internal sealed class CachePaths(string root) : LayoutPaths(root)
{
    public const string StateFolderName = ".imagepusher";

    public string StateFolder { get; } = Path.Combine(root, StateFolderName);

    public string LockFile => Path.Combine(StateFolder, "lock");

    public string ReserveFile => Path.Combine(StateFolder, "reserve");

    public string PartialFolder => Path.Combine(StateFolder, "partial");

    public string IncomingFolder => Path.Combine(PartialFolder, "incoming");

    public string DamagedFolder => Path.Combine(StateFolder, "damaged");

    /// <summary>The folders that hold parts of blobs: those without a digest, by digest, and by upload id.</summary>
    public IEnumerable<string> PartialFolders =>
        [PartialFolder, .. DigestAlgorithm.All.Select(algorithm => Path.Combine(PartialFolder, algorithm)), IncomingFolder];

    /// <summary>The folders in which version 0.1 kept state that is now in the user's state folder. They are never read.</summary>
    public IEnumerable<string> ObsoleteFolders => [Path.Combine(StateFolder, "encodings"), Path.Combine(StateFolder, "uploads")];

    /// <summary>The temporary files of version 0.1.</summary>
    public IEnumerable<string> ObsoleteFiles =>
        [Path.Combine(StateFolder, "index.json.new"), Path.Combine(StateFolder, "oci-layout.new")];

    public string PartialFile(Digest digest) => Path.Combine(PartialFolder, digest.Algorithm, digest.Encoded);

    /// <summary>A temporary file under a random name.</summary>
    public string UniquePartialFile() => Path.Combine(PartialFolder, Guid.NewGuid().ToString("N"));

    public string DamagedFile(Digest digest) => Path.Combine(DamagedFolder, $"{digest.Algorithm}-{digest.Encoded}");
}
