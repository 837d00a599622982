using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Trust;

/// <summary>Accepts an image if all of several policies accept it.</summary>
internal sealed class CombinedPolicy(IReadOnlyList<ImagePolicy> policies) : ImagePolicy
{
    /// <inheritdoc/>
    internal override async Task<bool> VerifyAsync(
        IImageSource source, ImageReference? name, Descriptor manifest, CancellationToken cancellationToken)
    {
        var isSigned = false;
        foreach (var policy in policies)
        {
            isSigned |= await policy.VerifyAsync(source, name, manifest, cancellationToken).ConfigureAwait(false);
        }

        return isSigned;
    }
}
