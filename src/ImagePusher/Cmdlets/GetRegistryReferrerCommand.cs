using System.Management.Automation;
using ImagePusher.Core.Naming;
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
        PusherSession.Current.AddKnownReference(reference);
        await foreach (var referrer in ReferrerListing.ReadAsync(
            repository, reference, subject, ArtifactType, cancellationToken).ConfigureAwait(false))
        {
            pending.Write(referrer);
        }
    }
}
