using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.Core.Transfer;
using ImagePusher.Core.Trust;
using ImagePusher.Session;

namespace ImagePusher.Pipeline;

/// <summary>
/// The signature policies of a cmdlet's copies: that of -SignaturePolicy, and those of the registries that a copy reads from or writes
/// to. An image must satisfy all of them.
/// </summary>
internal sealed class CopyPolicies
{
    private readonly Dictionary<string, SignaturePolicy> _loaded = new(StringComparer.Ordinal);
    private readonly string? _own;

    private CopyPolicies(string? own) => _own = own;

    /// <summary>Reads -SignaturePolicy; one that cannot be used is a terminating error.</summary>
    public static CopyPolicies Of(AsyncCommand command, string? text)
    {
        if (text is null)
        {
            return new CopyPolicies(null);
        }

        var policies = new CopyPolicies(command.Require(text, () => PolicyPath.Resolve(command, text)));
        command.Require(text, () => policies.Load(policies._own!));
        return policies;
    }

    /// <summary>True if a policy applies to copies from or to a registry.</summary>
    public bool ApplyTo(params IEnumerable<string> registries) =>
        _own is not null || registries.Any(registry => PusherSession.Current.SignaturePolicies.FindAll(registry).Any());

    /// <summary>Decides about an image; null if no policy applies.</summary>
    /// <param name="selection">The image.</param>
    /// <param name="target">The target; null to ask only what applies to all targets of the image.</param>
    /// <exception cref="ImagePusherException">The policy of a registry cannot be used: nothing is copied then.</exception>
    public ImagePolicy? For(ImageSelection selection, IImageTarget? target)
    {
        var registries = new object?[] { IDerivedSource.OriginOf(selection.Source), target }
            .OfType<RegistryRepository>().Select(repository => repository.Registry);
        var paths = registries.SelectMany(PusherSession.Current.SignaturePolicies.FindAll)
            .Prepend(_own).OfType<string>().Distinct().ToList();
        return paths.Count == 0 ? null : new CombinedPolicy([.. paths.Select(Load)]);
    }

    /// <summary>Verifies an image whose files are read: it is accepted by the signature of its index, or by its own signature.</summary>
    /// <param name="selection">The image or index.</param>
    /// <param name="image">The image that was chosen of it.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ImagePusherException">The image is not accepted, or the decision failed.</exception>
    public async Task VerifyAsync(ImageSelection selection, ImageManifest image, CancellationToken cancellationToken)
    {
        if (For(selection, null) is { } policy)
        {
            try
            {
                await VerifyAsync(selection.Root).ConfigureAwait(false);
            }
            catch (SignatureRejectedException) when (image.Digest != selection.Root.Digest)
            {
                await VerifyAsync(image.Descriptor).ConfigureAwait(false);
            }

            async Task VerifyAsync(Descriptor manifest) =>
                await policy.VerifyAsync(selection.Referrers, selection.Name, manifest, cancellationToken).ConfigureAwait(false);
        }
    }

    private SignaturePolicy Load(string path)
    {
        lock (_loaded)
        {
            return _loaded.TryGetValue(path, out var known) ? known : _loaded[path] = SignaturePolicy.Load(path);
        }
    }
}
