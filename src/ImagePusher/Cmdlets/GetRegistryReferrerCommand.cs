using System.Collections;
using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Get-RegistryReferrer: signatures, SBOMs and attestations of an image.</summary>
[Cmdlet(VerbsCommon.Get, "RegistryReferrer")]
[OutputType(typeof(RegistryReferrer))]
public sealed class GetRegistryReferrerCommand : RegistryCommand
{
    /// <summary>The images.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SeenReferenceCompleter))]
    public string[] Reference { get; set; } = [];

    /// <summary>Only referrers of this artifact type.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? ArtifactType { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var text in Reference)
        {
            Try(text, () =>
            {
                var (reference, repository) = (ImageReference.Parse(text), Access.Repository(ImageReference.Parse(text)));
                Start(text, (pending, token) => ListAsync(repository, reference, pending, token));
            });
        }
    }

    private async Task ListAsync(RegistryRepository repository, ImageReference reference, PendingInput pending, CancellationToken cancellationToken)
    {
        var subject = reference.Digest
            ?? (await repository.DescribeAsync(reference.Tag!, cancellationToken).ConfigureAwait(false)).Digest;
        PusherSession.Current.Saw(reference);
        foreach (var referrer in await repository.GetReferrersAsync(subject, ArtifactType, cancellationToken).ConfigureAwait(false))
        {
            pending.Write(Of(reference, subject, referrer, tag: null));
        }

        foreach (var tagged in await repository.GetTaggedReferrersAsync(subject, cancellationToken).ConfigureAwait(false))
        {
            // Such a manifest says what it is in no other place than its layers.
            var manifest = await repository.GetManifestAsync(tagged.Manifest, cancellationToken).ConfigureAwait(false);
            var type = manifest.ArtifactType ?? (manifest is ImageManifest { Layers: [var first, ..] } ? first.MediaType : null);
            if (ArtifactType is null || ArtifactType == type)
            {
                pending.Write(Of(reference, subject, manifest.Descriptor with { ArtifactType = type, Annotations = manifest.Annotations }, tagged.Tag));
            }
        }
    }

    private static RegistryReferrer Of(ImageReference reference, Digest subject, Descriptor referrer, string? tag) => new()
    {
        Reference = reference.WithDigest(referrer.Digest).ToString(),
        Subject = reference.WithDigest(subject).ToString(),
        Digest = referrer.Digest.ToString(),
        ArtifactType = referrer.ArtifactType,
        Tag = tag,
        MediaType = referrer.MediaType,
        Size = referrer.Size,
        Annotations = new Hashtable(referrer.Annotations.ToDictionary(pair => (object)pair.Key, pair => (object)pair.Value)),
    };
}
