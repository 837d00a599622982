using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>Limits the manifests of one image that are held in memory together: their number and their bytes.</summary>
/// <param name="root">The digest of the image, for messages.</param>
/// <param name="source">Its location, for messages.</param>
internal sealed class ManifestBudget(Digest root, string source)
{
    private int _count;
    private long _bytes;

    /// <summary>Counts a manifest.</summary>
    /// <exception cref="LimitExceededException">The image has more of them than the limits allow.</exception>
    public void Add(Manifest manifest)
    {
        _bytes += manifest.Raw.Length;
        if (++_count > TransferLimits.ManifestsPerImage || _bytes > TransferLimits.ManifestBytesPerImage)
        {
            throw new LimitExceededException(
                $"The index {root} of {source} has more than {TransferLimits.ManifestsPerImage:N0} manifests "
                + $"or {TransferLimits.ManifestBytesPerImage / 1024 / 1024} MiB of them.",
                "Use images within it by their digests.");
        }
    }
}
