using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.Pipeline;

namespace ImagePusher.Cmdlets;

/// <summary>Remove-RegistryImage: takes a tag away, or by digest a manifest with all its tags.</summary>
[Cmdlet(VerbsCommon.Remove, "RegistryImage", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveRegistryImageCommand : RegistryCommand
{
    /// <summary>The images: by tag, or by digest.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SeenReferenceCompleter))]
    public string[] Reference { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var text in Reference)
        {
            Try(text, () =>
            {
                var reference = ImageReference.Parse(text);
                var action = reference.Tag is null ? "Remove the manifest and every tag that names it" : "Remove the tag; the manifest and its other tags stay";
                if (ShouldProcess(reference.ToString(), action))
                {
                    var repository = Access.Repository(reference);
                    Start(text, (_, token) => RemoveAsync(repository, reference, token));
                }
            });
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

        // Named by both, the tag goes only if it is still the image that was meant.
        if (digest is not null && await repository.DescribeAsync(reference.Tag, cancellationToken).ConfigureAwait(false) is var there && there.Digest != digest)
        {
            throw new DigestMismatchException(
                $"{reference.Name}:{reference.Tag}", digest.ToString(), there.Digest.ToString(), "The tag has moved to another image and was left; leave the digest out to remove it all the same.");
        }

        await repository.DeleteTagAsync(reference.Tag, cancellationToken).ConfigureAwait(false);
    }
}
