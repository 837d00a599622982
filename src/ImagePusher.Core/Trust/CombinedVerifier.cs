using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Trust;

/// <summary>Accepts what all of several verifiers accept.</summary>
internal sealed class CombinedVerifier(IReadOnlyList<IImageVerifier> verifiers) : IImageVerifier
{
    /// <inheritdoc/>
    public async Task<bool> VerifyAsync(
        IImageSource source, ImageReference? name, Descriptor manifest, CancellationToken cancellationToken)
    {
        var isSigned = false;
        foreach (var verifier in verifiers)
        {
            isSigned |= await verifier.VerifyAsync(source, name, manifest, cancellationToken).ConfigureAwait(false);
        }

        return isSigned;
    }
}
