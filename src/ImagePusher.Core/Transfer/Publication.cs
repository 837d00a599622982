using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>The end of a copy: the manifests at the target, and the name.</summary>
internal sealed class Publication(IImageTarget target, ImageReference name, CopyOptions options)
{
    /// <summary>True if the name stands for the digest and nothing is left to do.</summary>
    /// <param name="digest">The digest that the copy ends with; null if nobody knows it yet.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="DestinationConflictException">It stands for another image, and that is to be left as it is.</exception>
    public async Task<bool> IsThereAsync(Digest? digest, CancellationToken cancellationToken)
    {
        var isWanted = !options.Force && !options.AlwaysPublishes && digest is not null;
        if (!isWanted && (!options.NoClobber || name.Tag is null))
        {
            return false;
        }

        var published = await target.FindPublishedAsync(digest is null ? name : CopyJob.NameOf(name, digest), cancellationToken).ConfigureAwait(false);
        if (options.NoClobber && published is not null && published != digest)
        {
            throw new DestinationConflictException(
                $"{name} is another image already: it stands for {published}, not for {digest?.ToString() ?? "what was to be copied"}; with -NoClobber it was left as it is.",
                "Leave out -NoClobber to replace it, or choose another -Destination.");
        }

        return isWanted && published == digest;
    }

    /// <summary>Puts what the root names, children first.</summary>
    /// <param name="tree">The manifests as the target gets them.</param>
    /// <param name="progress">Takes the bytes.</param>
    /// <param name="withRoot">True to put the root too, by its digest, before something refers to it.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="DigestMismatchException">The root is not what was expected.</exception>
    public async Task PutBelowAsync(ImageTree tree, CopyMonitor progress, bool withRoot, CancellationToken cancellationToken)
    {
        if (options.ExpectedDigest is { } expected && expected != tree.Root.Digest)
        {
            throw new DigestMismatchException(
                name.ToString(), expected.ToString(), tree.Root.Digest.ToString(), "Leave the digest out of -Destination, or copy the image that has it.");
        }

        foreach (var manifest in tree.Manifests.Where(manifest => withRoot || manifest.Digest != tree.Root.Digest))
        {
            await target.PutManifestAsync(manifest, cancellationToken).ConfigureAwait(false);
            progress.AddSent(manifest.Raw.Length);
        }
    }

    /// <summary>Puts the root under the name.</summary>
    public async Task NameAsync(Manifest root, Digest? source, CopyMonitor progress, CancellationToken cancellationToken)
    {
        await target.PublishAsync(root, CopyJob.NameOf(name, root.Digest), source, cancellationToken).ConfigureAwait(false);
        progress.AddSent(root.Raw.Length);
    }
}
