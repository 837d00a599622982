using ImagePusher.Binding;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Registry;
using ImagePusher.Core.Sync;
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

    /// <summary>Decides about an image; null if no policy applies.</summary>
    /// <param name="selection">The image.</param>
    /// <param name="target">The target; null to ask only what applies to all targets of the image.</param>
    /// <exception cref="Core.ImagePusherException">The policy of a registry cannot be used: nothing is copied then.</exception>
    public IImageVerifier? For(ImageSelection selection, IImageTarget? target)
    {
        var registries = new object?[] { Origin(selection.Source), target }
            .OfType<RegistryRepository>().Select(repository => repository.Registry);
        var paths = registries.SelectMany(PusherSession.Current.SignaturePolicies.FindAll)
            .Prepend(_own).OfType<string>().Distinct().ToList();
        return paths.Count == 0 ? null : new CombinedVerifier([.. paths.Select(Load)]);
    }

    private static IImageSource Origin(IImageSource source) => source switch
    {
        RateLimitedSource limited => limited.Repository,
        SharedSource shared => shared.Origin,
        _ => source,
    };

    private SignaturePolicy Load(string path)
    {
        lock (_loaded)
        {
            return _loaded.TryGetValue(path, out var known) ? known : _loaded[path] = SignaturePolicy.Load(path);
        }
    }
}
