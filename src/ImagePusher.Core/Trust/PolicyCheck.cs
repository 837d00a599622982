using System.Diagnostics;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Trust;

/// <summary>Examines one image under a policy; its signatures are read once, when a requirement needs them.</summary>
/// <param name="source">The source of the image.</param>
/// <param name="name">Its name there; null if it has none.</param>
/// <param name="manifest">The manifest or index.</param>
/// <param name="policy">The policy, for messages.</param>
internal sealed class PolicyCheck(IImageSource source, ImageReference? name, Descriptor manifest, PolicyFile policy)
{
    // The maximum number of signatures that a message explains.
    private const int Explained = 5;

    private IReadOnlyList<ImageSignature>? _signatures;

    /// <summary>True if a requirement was satisfied by a signature.</summary>
    public bool WasSigned { get; private set; }

    private string Label => name is null ? $"{manifest.Digest} of {source.Description}" : $"{name} ({manifest.Digest})";

    /// <summary>Returns normally if the image satisfies a requirement.</summary>
    /// <exception cref="SignatureRejectedException">The registry does not respond, or rejects the credential.</exception>
    /// <exception cref="UnsupportedContentException">The requirement is not supported.</exception>
    public async Task RequireAsync(PolicyRequirement requirement, CancellationToken cancellationToken)
    {
        switch (requirement)
        {
            case AcceptAnything:
                return;
            case RejectAnything:
                throw Rejected(requirement, "it rejects every image");
            case SigstoreSigned signed:
                var verdicts = await ExamineAsync(signed, cancellationToken).ConfigureAwait(false);
                WasSigned = verdicts.Any(verdict => verdict.IsValid) ? true : throw Rejected(requirement, Explain(verdicts));
                return;
            case UnsupportedRequirement unsupported:
                throw Unsupported(unsupported);
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>The verdicts of all signatures under one requirement; none under one that is not about signatures.</summary>
    /// <exception cref="UnsupportedContentException">The requirement is not supported.</exception>
    public async Task<IReadOnlyList<SignatureVerdict>> ExamineAsync(PolicyRequirement requirement, CancellationToken cancellationToken)
    {
        switch (requirement)
        {
            case SigstoreSigned signed:
                _signatures ??= await SignatureReader.ReadAsync(
                    source, await source.GetManifestAsync(manifest, cancellationToken).ConfigureAwait(false),
                    cancellationToken).ConfigureAwait(false);
                return [.. _signatures.Select(
                    signature => SignatureVerdict.Of(signature, manifest.Digest, name, signed.Trust.Value, signed.Identity))];
            case UnsupportedRequirement unsupported:
                throw Unsupported(unsupported);
            default:
                return [];
        }
    }

    private static string Explain(IReadOnlyList<SignatureVerdict> verdicts)
    {
        if (verdicts.Count == 0)
        {
            return "the image has no signature";
        }

        var reasons = verdicts.Select(verdict => verdict.Reason!).Distinct().ToList();
        var rest = reasons.Count > Explained ? $"; and {reasons.Count - Explained} more reasons" : "";
        return (verdicts.Count == 1 ? "its signature is not accepted: " : $"none of its {verdicts.Count} signatures is accepted: ")
            + string.Join("; ", reasons.Take(Explained)) + rest;
    }

    private SignatureRejectedException Rejected(PolicyRequirement requirement, string why) => new(
        $"{Label} is rejected by the signature policy '{policy.Path}', {requirement.Place}: {why}.",
        "Use an image that is signed as the policy requires, or have it signed.");

    private UnsupportedContentException Unsupported(UnsupportedRequirement requirement) => new(
        $"{Label} is not accepted: the signature policy '{policy.Path}' requires {requirement.Place} ({requirement.Feature}; "
        + $"{policy.PositionOf(requirement.Place)}), which is not supported.",
        "Change the policy, or verify the image with a tool that supports the requirement.");
}
