using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>
/// Keeps images from travelling as referrers of an accepted image. Whoever can write to the source's repository can make any manifest
/// a referrer; signatures and SBOMs may travel unsigned, what a container engine runs must not.
/// </summary>
/// <param name="source">Where the referrers are.</param>
/// <param name="image">The name of their image at the source; null if it has none.</param>
/// <param name="options">The options of the copy, with the verifier.</param>
internal sealed class ReferrerGate(IReferrerSource source, ImageReference? image, CopyOptions options)
{
    private static readonly string[] Documents = ["json", "text/", "xml"];

    /// <summary>True if the referrer may be copied; else a warning says that it is left out.</summary>
    public async Task<bool> AllowsAsync(Descriptor referrer, CancellationToken cancellationToken)
    {
        if (options.Verifier is not { } verifier)
        {
            return true;
        }

        try
        {
            return await source.GetManifestAsync(referrer, cancellationToken).ConfigureAwait(false) is ImageManifest manifest
                && !manifest.Layers.Any(layer => IsRunnable(manifest, layer))
                || await VerifyAsync(verifier, referrer, cancellationToken).ConfigureAwait(false);
        }
        catch (SignatureRejectedException rejected)
        {
            options.Logger.Warning(
                $"The referrer {referrer.Digest} in {source.Description} is an image and is left out. {rejected.Message}");
            return false;
        }
        catch (ManifestNotFoundException)
        {
            // The copy reports it.
            return true;
        }
    }

    private async Task<bool> VerifyAsync(IImageVerifier verifier, Descriptor referrer, CancellationToken cancellationToken)
    {
        await verifier.VerifyAsync(source, image?.WithDigest(referrer.Digest), referrer, cancellationToken).ConfigureAwait(false);
        return true;
    }

    // cosign's signatures have the config of an image too, and engines look at the config first: what its layers are decides.
    private static bool IsRunnable(ImageManifest manifest, Descriptor layer) =>
        MediaTypes.IsLayer(layer.MediaType) || MediaTypes.IsForeign(layer.MediaType)
        || ((manifest.IsImage || manifest.Config.MediaType is "" or "application/octet-stream")
            && !Documents.Any(document => layer.MediaType.Contains(document, StringComparison.Ordinal)));
}
