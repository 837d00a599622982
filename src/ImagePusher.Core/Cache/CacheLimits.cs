using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>The limits on the memory for one image of a cache.</summary>
internal static class CacheLimits
{
    /// <summary>The maximum number of manifests that one image may consist of, at all depths of its indexes together.</summary>
    public const int ManifestsPerImage = 20_000;

    /// <summary>The maximum number of bytes that these manifests may have together.</summary>
    public const long ManifestBytesPerImage = 256L * 1024 * 1024;

    public static LimitExceededException Exceeded(Digest image) => new(
        $"The image {image} has more than {ManifestsPerImage} manifests, or manifests of more than {ManifestBytesPerImage} bytes.",
        "Select one platform of the image, or remove it from the cache.");
}
