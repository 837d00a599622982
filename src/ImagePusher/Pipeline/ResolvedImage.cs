using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.Core.Transfer;
using ImagePusher.Session;

namespace ImagePusher.Pipeline;

/// <summary>
/// An image of a registry that is copied to one or more targets. Its name is resolved once: this digest is verified and copied to every
/// target, even if the tag moves later.
/// </summary>
/// <param name="repository">Its repository.</param>
/// <param name="reference">Its name.</param>
internal sealed class ResolvedImage(RegistryRepository repository, ImageReference reference)
{
    private SharedSource? _source;
    private Descriptor? _root;

    /// <summary>Its name.</summary>
    public ImageReference Reference => reference;

    /// <summary>The image, once its name is resolved.</summary>
    public ImageSelection Selection => new(_source!, _root!) { Name = reference };

    /// <summary>Resolves the name.</summary>
    /// <param name="cancellationToken">Cancels this request and all later ones that the copies share.</param>
    public async Task ResolveAsync(CancellationToken cancellationToken)
    {
        _root = await repository.DescribeAsync(reference.TagOrDigest!, cancellationToken).ConfigureAwait(false);
        _source = new SharedSource(repository, cancellationToken);
        PusherSession.Current.AddKnownReference(reference);
    }
}
