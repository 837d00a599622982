using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Layout;

/// <summary>The paths of the files of an OCI image layout, in a folder or in an archive.</summary>
/// <remarks>image-spec, image-layout.md. No name contains ':' or depends on case, so that layouts fit Windows.</remarks>
internal class LayoutPaths(string root)
{
    /// <summary>The names in a layout; archives write them with '/'.</summary>
    public const string IndexName = "index.json";

    /// <inheritdoc cref="IndexName"/>
    public const string MarkerName = "oci-layout";

    /// <inheritdoc cref="IndexName"/>
    public const string BlobFolderName = "blobs";

    public string Root { get; } = root;

    public string IndexFile { get; } = Path.Combine(root, IndexName);

    public string MarkerFile { get; } = Path.Combine(root, MarkerName);

    public string BlobFolder { get; } = Path.Combine(root, BlobFolderName);

    public IEnumerable<string> AlgorithmFolders => DigestAlgorithm.All.Select(AlgorithmFolder);

    public string AlgorithmFolder(string algorithm) => Path.Combine(BlobFolder, algorithm);

    public string BlobFile(Digest digest) => Path.Combine(BlobFolder, digest.Algorithm, digest.Encoded);

    /// <summary>The name of a blob in an archive.</summary>
    public static string BlobName(Digest digest) => $"{BlobFolderName}/{digest.Algorithm}/{digest.Encoded}";

    /// <summary>The digest that a name in an archive represents; null for a name that is not one of a blob.</summary>
    public static Digest? DigestOfName(string name) =>
        name.StartsWith(BlobFolderName + "/", StringComparison.Ordinal)
        && Digest.TryParse(name[(BlobFolderName.Length + 1)..].Replace('/', ':'), out var digest) ? digest : null;
}
