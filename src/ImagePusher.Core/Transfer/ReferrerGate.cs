using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>
/// Prevents images from being copied as referrers of an accepted image. A user who can write to the repository of the source can make any
/// manifest a referrer. Documents such as signatures and SBOMs can be unsigned; any other referrer must be accepted itself.
/// </summary>
/// <param name="source">The source of the referrers.</param>
/// <param name="image">The name of their image at the source; null if it has none.</param>
/// <param name="options">The options of the copy, with the policy.</param>
internal sealed class ReferrerGate(IReferrerSource source, ImageReference? image, CopyOptions options)
{
    /// <summary>True if the referrer may be copied; otherwise a warning is written that it is omitted.</summary>
    /// <exception cref="ManifestNotFoundException">The source does not have it.</exception>
    /// <exception cref="ImagePusherException">The decision failed; the image is not copied.</exception>
    public async Task<bool> AllowsAsync(Descriptor referrer, CancellationToken cancellationToken)
    {
        if (options.Policy is not { } policy)
        {
            return true;
        }

        try
        {
            if (!await HoldsDocumentsAsync(referrer, cancellationToken).ConfigureAwait(false))
            {
                await policy.VerifyAsync(source, image?.WithDigest(referrer.Digest), referrer, cancellationToken).ConfigureAwait(false);
            }

            return true;
        }
        catch (SignatureRejectedException rejected)
        {
            options.Logger.Warning(
                $"The referrer {referrer.Digest} in {source.Description} is not a document and is omitted. {rejected.Message}");
            return false;
        }
    }

    private async Task<bool> HoldsDocumentsAsync(Descriptor referrer, CancellationToken cancellationToken)
    {
        // An image without layers is still an image.
        if (await source.GetManifestAsync(referrer, cancellationToken).ConfigureAwait(false) is not ImageManifest manifest
            || (manifest.Layers.Count == 0 && manifest.Config.MediaType != MediaTypes.OciEmpty))
        {
            return false;
        }

        foreach (var layer in manifest.Layers)
        {
            if (!await DocumentCheck.IsDocumentAsync(source, layer, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }
}
