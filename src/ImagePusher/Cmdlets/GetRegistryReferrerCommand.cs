using System.Management.Automation;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Get-RegistryReferrer: lists signatures, SBOMs and attestations of images.</summary>
[Cmdlet(VerbsCommon.Get, "RegistryReferrer")]
[OutputType(typeof(RegistryReferrer))]
public sealed class GetRegistryReferrerCommand : RegistryImageCommand
{
    /// <summary>Only referrers of this artifact type.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? ArtifactType { get; set; }

    private protected override void Process(string input, ImageReference reference)
    {
        var repository = Access.Repository(reference);
        Start(input, (pending, token) => ListAsync(repository, reference, pending, token));
    }

    private async Task ListAsync(
        RegistryRepository repository, ImageReference reference, PendingInput pending, CancellationToken cancellationToken)
    {
        var subject = reference.Digest
            ?? (await repository.DescribeAsync(reference.Tag!, cancellationToken).ConfigureAwait(false)).Digest;
        PusherSession.Current.Saw(reference);
        foreach (var referrer in await repository.GetReferrersAsync(subject, ArtifactType, cancellationToken).ConfigureAwait(false))
        {
            pending.Write(RegistryReferrer.Of(reference, subject, referrer, tag: null));
        }

        foreach (var tagged in await repository.GetTaggedReferrersAsync(subject, cancellationToken).ConfigureAwait(false))
        {
            // Only the layers of such a manifest tell its type.
            var manifest = await repository.GetManifestAsync(tagged.Manifest, cancellationToken).ConfigureAwait(false);
            var type = manifest.ArtifactType ?? (manifest is ImageManifest { Layers: [var first, ..] } ? first.MediaType : null);
            if (ArtifactType is null || ArtifactType == type)
            {
                var descriptor = manifest.Descriptor with { ArtifactType = type, Annotations = manifest.Annotations };
                pending.Write(RegistryReferrer.Of(reference, subject, descriptor, tagged.Tag));
            }
        }
    }
}
