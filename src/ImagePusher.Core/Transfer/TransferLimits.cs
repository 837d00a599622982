namespace ImagePusher.Core.Transfer;

/// <summary>The limits of one copy: the number of concurrent transfers, and the size of an image.</summary>
internal static class TransferLimits
{
    /// <summary>The default maximum number of concurrent blob transfers of one copy: 6.</summary>
    public const int DefaultBlobs = 6;

    /// <summary>The maximum number of manifests of one image: 10,000.</summary>
    public const int ManifestsPerImage = 10_000;

    /// <summary>
    /// The maximum number of bytes of all manifests, or of all configs that are read for their platform, of one image: 64 MiB.
    /// </summary>
    public const long ManifestBytesPerImage = 64L * 1024 * 1024;
}
