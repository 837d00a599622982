namespace ImagePusher.Core.Inspection;

/// <summary>The limits on the size and cost of layers and attached documents. docs/security.md lists them.</summary>
internal static class InspectionLimits
{
    /// <summary>The maximum number of entries of all layers of an image together: 2,000,000. Large images have a tenth of that.</summary>
    public const int LayerEntries = 2_000_000;

    /// <summary>
    /// The maximum number of characters of the path of a file and of the target of a link: 4,096, Linux's own limit. Longer ones are
    /// omitted with a warning.
    /// </summary>
    public const int FilePath = 4096;

    /// <summary>
    /// The maximum number of characters of the names and link targets of all files of an image together, and of their paths after links
    /// were followed: 134,217,728.
    /// </summary>
    public const int NameCharacters = 128 * 1024 * 1024;

    /// <summary>The maximum number of folders that the paths of all files of an image lead through: 200,000,000.</summary>
    public const int PathSteps = 200_000_000;

    /// <summary>The maximum number of folders that only the paths of files name, because no layer has an entry for them: 500,000.</summary>
    public const int ImpliedFolders = 500_000;

    /// <summary>The maximum number of symbolic links that are followed to a file: 40, Linux's own limit.</summary>
    public const int FileLinks = 40;

    /// <summary>The maximum number of layers of an image: 1,000. Container engines allow fewer than 130.</summary>
    public const int Layers = 1000;

    /// <summary>The maximum number of warnings about entries that are omitted: 50; a last one gives the number of the others.</summary>
    public const int Warnings = 50;

    /// <summary>The largest SBOM or attestation that is read as objects, in bytes: 128 MiB.</summary>
    public const int Document = 128 * 1024 * 1024;

    /// <summary>The maximum number of values of an SBOM or attestation that is read as objects: 5,000,000; each becomes many times as
    /// large.</summary>
    public const int DocumentValues = 5_000_000;
}
