using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>Verifies the image of a copy with its policy, before anything else is done with it.</summary>
/// <remarks>
/// A signature of an index covers what it references, by digest. Where platforms are selected from an index that is not accepted
/// itself, the selected images may be accepted each by its own signature. The copy takes the manifests that were accepted then: a source
/// that returns different content the second time must not bypass the verification.
/// </remarks>
internal sealed class SelectionVerification
{
    private readonly CopyOptions _options;
    private readonly ISet<Digest> _signed;

    private SelectionVerification(CopyOptions options, ISet<Digest> signed, ImageTree? accepted) =>
        (_options, _signed, Accepted) = (options, signed, accepted);

    /// <summary>The manifests that were accepted instead of their index; null if the image was accepted as a whole.</summary>
    public ImageTree? Accepted { get; }

    /// <summary>Returns normally if the image may be copied.</summary>
    /// <exception cref="SignatureRejectedException">The image must not be copied.</exception>
    /// <exception cref="ImagePusherException">The decision failed.</exception>
    public static async Task<SelectionVerification> RunAsync(
        ImageSelection selection, CopyOptions options, CancellationToken cancellationToken)
    {
        var signed = new HashSet<Digest>();
        ImageTree? accepted = null;
        if (options.Policy is { } policy)
        {
            try
            {
                await AskAsync(selection.Root).ConfigureAwait(false);
            }
            catch (SignatureRejectedException) when (IsSelective(selection, options))
            {
                var tree = await new ImageTreeReader(selection, options).ReadAsync(cancellationToken).ConfigureAwait(false);
                if (tree.Root.Digest == selection.Root.Digest || tree.OtherContent.Count > 0)
                {
                    throw;
                }

                // A rewritten index exists at no source: everything that it references must be accepted instead.
                foreach (var manifest in tree.Manifests.Where(manifest => manifest is not ImageIndex))
                {
                    await AskAsync(manifest.Descriptor).ConfigureAwait(false);
                }

                accepted = tree;
            }

            async Task AskAsync(Descriptor manifest)
            {
                if (await policy.VerifyAsync(selection.Referrers, selection.Name, manifest, cancellationToken).ConfigureAwait(false))
                {
                    signed.Add(manifest.Digest);
                }
            }
        }

        return new SelectionVerification(options, signed, accepted);
    }

    /// <summary>Warns if the image was accepted because of a signature that does not apply to the result.</summary>
    /// <param name="result">The manifest that gets the name.</param>
    /// <param name="name">The name at the target.</param>
    public void WarnIfRewritten(Manifest result, ImageReference name)
    {
        if (_signed.Count > 0 && !_signed.Contains(result.Digest))
        {
            _options.Logger.Warning(
                $"The signature that was verified is of {_signed.First()}, but {name} has the digest {result.Digest}: it does not apply "
                + "to the copy. Sign the copy, or copy the image unchanged.");
        }
    }

    private static bool IsSelective(ImageSelection selection, CopyOptions options) =>
        MediaTypes.IsIndex(selection.Root.MediaType) && (options.Platforms.Count > 0 || options.DefaultPlatformOnly);
}
