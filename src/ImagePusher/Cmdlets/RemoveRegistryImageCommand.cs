using System.Management.Automation;
using ImagePusher.Core;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Registry;
using ImagePusher.Pipeline;

namespace ImagePusher.Cmdlets;

/// <summary>Remove-RegistryImage: removes a tag, or by digest a manifest with all its tags.</summary>
[Cmdlet(VerbsCommon.Remove, "RegistryImage", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveRegistryImageCommand : RegistryImageCommand
{
    private protected override void Process(string input, ImageReference reference)
    {
        var action = reference.Tag is null
            ? "Remove the manifest and all its tags"
            : "Remove the tag; the manifest and its other tags are kept";
        if (ShouldProcess(reference.ToString(), action))
        {
            var repository = Access.Repository(reference);
            Start(input, (_, token) => RemoveAsync(repository, reference, token));
        }
    }

    private static async Task RemoveAsync(RegistryRepository repository, ImageReference reference, CancellationToken cancellationToken)
    {
        var digest = reference.Digest;
        if (reference.Tag is null)
        {
            await repository.DeleteManifestAsync(digest!, cancellationToken).ConfigureAwait(false);
            return;
        }

        // With both, the tag is removed only if it still names this image.
        if (digest is not null && await repository.DescribeAsync(reference.Tag, cancellationToken).ConfigureAwait(false) is var found
            && found.Digest != digest)
        {
            throw new DigestMismatchException(
                $"{reference.Name}:{reference.Tag}", digest.ToString(), found.Digest.ToString(),
                "The tag now names another image and was kept. To remove it anyway, omit the digest.");
        }

        await repository.DeleteTagAsync(reference.Tag, cancellationToken).ConfigureAwait(false);
    }
}
