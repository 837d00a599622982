using ImagePusher.Core;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Binding;

/// <summary>Gives each image of a pipeline its target name, and refuses a second, different image for the same one.</summary>
internal sealed class DestinationMap
{
    private readonly DestinationRule _rule;
    private readonly Dictionary<string, string> _taken = [];

    private DestinationMap(DestinationRule rule) => _rule = rule;

    /// <summary>Reads -Destination.</summary>
    /// <exception cref="InvalidReferenceException">It is none.</exception>
    public static DestinationMap Parse(string destination) => new(DestinationRule.Parse(destination));

    /// <summary>The target name of an image, and the digest that the result must have if the destination names one.</summary>
    /// <param name="source">The image's own name; null if it has none.</param>
    /// <param name="label">What to call it in a message.</param>
    /// <param name="identity">What the image is: two different ones must not go to one name.</param>
    /// <exception cref="DestinationConflictException">Another image of this pipeline goes to the name.</exception>
    public (ImageReference Name, Digest? Expected) For(ImageReference? source, string label, string identity)
    {
        var target = _rule.Apply(source, label);
        var expected = _rule.ExpectedDigest is { } digest ? Digest.Parse(digest) : null;
        var name = target.Tag is null ? target.ByDigest() : target.WithTag(target.Tag);
        if (name.Tag is not null && !_taken.TryAdd(name.ToString(), identity) && _taken[name.ToString()] != identity)
        {
            throw new DestinationConflictException(
                $"{name} is the target of two different images in this pipeline; {source?.ToString() ?? identity} was not sent.",
                "Give a registry or a folder (ending with '/') as -Destination, so that each image keeps its own name.");
        }

        return (name, expected);
    }
}
