using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Abstractions;

/// <summary>Decides whether an image may be copied. A copy calls it when the digest is known and before any content is copied.</summary>
/// <remarks>Safe for use by several threads.</remarks>
public abstract class ImagePolicy
{
    private protected ImagePolicy()
    {
    }

    /// <summary>Returns normally if the image is accepted.</summary>
    /// <param name="source">The source of the image; if it lists referrers, signatures are read from it.</param>
    /// <param name="name">The name of the image at the source; null if it has none.</param>
    /// <param name="manifest">The manifest or index that is copied. Its digest was resolved once and is what is copied.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>True if a signature made the image acceptable, false if none was required.</returns>
    /// <exception cref="SignatureRejectedException">The image must not be copied.</exception>
    /// <exception cref="ImagePusherException">The decision failed; nothing is copied.</exception>
    internal abstract Task<bool> VerifyAsync(
        IImageSource source, ImageReference? name, Descriptor manifest, CancellationToken cancellationToken);
}
